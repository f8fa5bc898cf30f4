"""PyTorch comes from the index that the course names, and from no other: shown by pip's resolver on made-up indexes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_update import made

from autograder.authoring import release
from autograder.authoring.archive import zipped
from autograder.authoring.kit import kit
from autograder.course import assignment as assignments

ROOT = Path(__file__).parents[1]
PINS = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if "==" in line)
DRY_RUN = """
import os, sys
from pathlib import Path
import grade
grade.BIN = Path(sys.executable).parent
grade.install_torch()
"""


def index_of(folder: Path, *wheels: tuple[str, str, str]) -> str:
    """Write a package index with empty wheels of these names, versions and requirements; return its URL."""
    for name, version, requirement in wheels:
        information = f"{name}-{version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        metadata += f"Requires-Dist: {requirement}\n" if requirement else ""
        files = {
            f"{information}/METADATA": metadata.encode(),
            f"{information}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{path},,\n" for path in (*files, f"{information}/RECORD"))
        data = zipped({**files, f"{information}/RECORD": record.encode()})
        page = folder / "simple" / name
        page.mkdir(parents=True, exist_ok=True)
        (page / f"{name}-{version}-py3-none-any.whl").write_bytes(data)
        link = f"{name}-{version.replace('+', '%2B')}-py3-none-any.whl#sha256={hashlib.sha256(data).hexdigest()}"
        (page / "index.html").write_text(f'<a href="{link}">{name}</a>', encoding="utf-8")
    return (folder / "simple").as_uri()


@pytest.fixture
def indexes(tmp_path: Path) -> dict[str, str]:
    """A public index, whose PyTorch needs CUDA, and one with the build for the CPU."""
    torch, vision = PINS["torch"], PINS["torchvision"]
    cuda = index_of(
        tmp_path / "public",
        ("torch", torch, "nvidia-cublas"), ("torchvision", vision, f"torch=={torch}"), ("nvidia_cublas", "1.0", ""),
    )  # fmt: skip
    (tmp_path / "public" / "simple" / "nvidia_cublas").rename(tmp_path / "public" / "simple" / "nvidia-cublas")
    cpu = index_of(tmp_path / "cpu", ("torch", f"{torch}+cpu", ""), ("torchvision", f"{vision}+cpu", f"torch=={torch}"))
    return {"public": cuda, "cpu": cpu}


def resolved(repository: Path, tmp_path: Path, indexes: dict[str, str], **variables: str) -> dict[str, str]:
    """What grade.py would install as PyTorch at the desk of a student whose pip uses the public index."""
    report = tmp_path / "report.json"
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "TORCH_", "AUTOGRADER"))}
    own |= {
        "PIP_INDEX_URL": indexes["public"], "PIP_EXTRA_INDEX_URL": indexes["public"], "PIP_CONFIG_FILE": os.devnull,
        "PIP_DRY_RUN": "1", "PIP_IGNORE_INSTALLED": "1", "PIP_REPORT": str(report), **variables,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", DRY_RUN], cwd=repository, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {each["metadata"]["name"]: each["metadata"]["version"] for each in found}


def desk(folder: Path, index: str) -> Path:
    """A release with this index of PyTorch, "" for none."""
    files = kit([assignments.load("05-logistic", root=ROOT)], due={}, message="", torch_index=index)
    given = made({"grade.py": files["grade.py"], "constraints.txt": (ROOT / "constraints.txt").read_bytes()})
    manifest = json.loads(given["release.json"]) | {"torch_index": index}
    release.write({**given, "release.json": json.dumps(manifest).encode()}, folder)
    return folder


@pytest.mark.slow
def test_a_release_with_an_index_for_the_cpu_never_resolves_to_cuda(tmp_path: Path, indexes: dict[str, str]) -> None:
    cpu = {"torch": f"{PINS['torch']}+cpu", "torchvision": f"{PINS['torchvision']}+cpu"}
    plain, chosen = desk(tmp_path / "plain", ""), desk(tmp_path / "cpu desk", indexes["cpu"])
    assert "nvidia_cublas" in resolved(plain, tmp_path, indexes)  # so the test can fail
    assert resolved(plain, tmp_path, indexes, TORCH_INDEX=indexes["cpu"]) == cpu
    assert resolved(chosen, tmp_path, indexes) == cpu


@pytest.mark.slow
def test_a_wheelhouse_comes_first_and_the_network_where_it_has_nothing(tmp_path: Path, indexes: dict[str, str]) -> None:
    folder = desk(tmp_path / "lab", "")
    (folder / "wheelhouse").mkdir()
    assert "nvidia_cublas" in resolved(folder, tmp_path, indexes)  # nothing for this machine
    for path in (tmp_path / "cpu").rglob("*.whl"):
        (folder / "wheelhouse" / path.name).write_bytes(path.read_bytes())
    assert resolved(folder, tmp_path, indexes, PIP_NO_INDEX="1")["torch"] == f"{PINS['torch']}+cpu"
