"""Planted leaks are found, and the real releases raise no false alarm."""

from __future__ import annotations

import base64
import gzip
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring import release
from autograder.authoring.containers import pieces, pieces_of
from autograder.authoring.leaks import Secrets, leaks_in_baseline
from autograder.authoring.notebook import notebook as made_notebook
from autograder.authoring.release import Options
from autograder.course import assignment as assignments
from autograder.course.assignment import Assignment

ROOT = Path(__file__).parents[1]
SOLUTION = ROOT / "solutions" / "05-logistic"
ANSWER = """    if params.keys() != grads.keys():
        raise ValueError(f"the parameters are {sorted(params)}, the gradients {sorted(grads)}")
    for name, value in params.items():
        if value.shape != grads[name].shape:
            raise ValueError(f"{name} has shape {value.shape}, its gradient {grads[name].shape}")
"""
RENAMED = """
def loss(q, labels):
    return float(np.mean(np.maximum(q, 0.0) - q * labels + np.log1p(np.exp(-np.abs(q)))))
"""
HINT = "Your costs are one step late: record the cost before the step."


@pytest.fixture(scope="module")
def course() -> list[Assignment]:
    return assignments.load_all(ROOT)


@pytest.fixture(scope="module")
def secrets(course: list[Assignment]) -> Secrets:
    return Secrets(course)


def zip_of(members: dict[str, bytes], comment: bytes = b"", extra: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.extra = extra
            archive.writestr(info, data)
        archive.comment = comment
    return buffer.getvalue()


def notebook(
    source: str,
    *,
    outputs: tuple[dict[str, object], ...] = (),
    metadata: dict[str, str] | None = None,
    attachments: dict[str, dict[str, str]] | None = None,
) -> bytes:
    cell = {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": list(outputs), "metadata": {}}
    cell |= {"attachments": attachments} if attachments else {}
    return json.dumps({"cells": [cell], "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def report() -> bytes:
    return json.dumps({"outcomes": [{"case": "x", "visible": False, "mismatch": {"got": "1"}, "staff": ""}]}).encode()


def in_readme(text: str) -> dict[str, bytes]:
    return {"README.md": f"# Assignments\n\n{text}\n".encode()}


def field(data: bytes) -> bytes:
    return b"\xfe\xca" + len(data).to_bytes(2, "little") + data


PLANTED: dict[str, Callable[[], dict[str, bytes]]] = {
    "the whole solution": lambda: {"assignments/05-logistic/old.txt": (SOLUTION / "logistic.py").read_bytes()},
    "a known mistake as a file": lambda: {"x.py": (SOLUTION / "mistakes/late-cost.py").read_bytes()},
    "the hidden cases, with Windows line ends": lambda: {
        "cases.py": (SOLUTION / "test_hidden.py").read_bytes().replace(b"\n", b"\r\n")
    },
    "an answer in a module": lambda: {"answer.py": b"def sgd_step(params, grads, lr):\n" + ANSWER.encode()},
    "an answer with other names": lambda: {"answer.py": RENAMED.encode()},
    "an answer with other names, in a hand-out": lambda: in_readme(f"```python{RENAMED}```"),
    "two lines in reverse order": lambda: in_readme("\n".join(reversed(ANSWER.splitlines()))),
    "two lines as comments": lambda: {"answer.py": "".join(f"# {line}\n" for line in ANSWER.splitlines()).encode()},
    "base64": lambda: in_readme(base64.b64encode(ANSWER.encode() * 2).decode()),
    "base64 over several lines": lambda: in_readme(base64.encodebytes(RENAMED.encode()).decode()),
    "hexadecimal digits": lambda: in_readme(ANSWER.encode().hex()),
    "base64 of gzip": lambda: in_readme(
        base64.b64encode(gzip.compress((SOLUTION / "logistic.py").read_bytes())).decode()
    ),
    "gzip": lambda: {"data.gz": gzip.compress(RENAMED.encode())},
    "a zip in a zip": lambda: {"a.zip": zip_of({"b.zip": zip_of({"c.py": RENAMED.encode()})})},
    "a comment of a zip archive": lambda: {"a.zip": zip_of({"a.txt": b""}, comment=HINT.encode())},
    "an extra field of a zip archive": lambda: {"a.zip": zip_of({"a.txt": b""}, extra=field(HINT.encode()))},
    "a cell of a notebook": lambda: {"a.ipynb": notebook(RENAMED)},
    "base64 in a cell of a notebook": lambda: {
        "a.ipynb": notebook(base64.encodebytes(gzip.compress(RENAMED.encode())).decode())
    },
    "an attachment of a notebook": lambda: {
        "a.ipynb": notebook(
            "1", attachments={"a.zip": {"x": base64.b64encode(zip_of({"a.py": ANSWER.encode()})).decode()}}
        )
    },
    "base64 in the metadata of a notebook": lambda: {
        "a.ipynb": notebook("1", metadata={"x": base64.encodebytes(gzip.compress(RENAMED.encode())).decode()})
    },
    "an output of a notebook": lambda: {"a.ipynb": notebook("1", outputs=({"output_type": "stream", "text": ["1"]},))},
    "metadata of a notebook": lambda: {"a.ipynb": notebook("1", metadata={"title": HINT})},
    "a hint": lambda: in_readme(HINT),
    "a hint over two lines": lambda: in_readme(HINT.replace("late: ", "late:\n")),
    "the title of a hidden case": lambda: in_readme(
        "The gradient is the slope of the mean loss, in batches of 7, 5 and 4, and with three axes."
    ),
    "a docstring of a helper": lambda: in_readme("Return zeros and ones of this shape, both present."),
    "the name of a hidden case": lambda: in_readme("See step_refuses_other_shapes."),
    "the name of a hidden case, in code": lambda: {"a.py": b"def test_step_refuses_other_shapes():\n    pass\n"},
    "the name of a mistake": lambda: in_readme("chain-through-p"),
    "numbers of a hidden case": lambda: in_readme("| -1000 | -40 | 0 | 40 | 1000 | 30 |"),
    "a Korean hint": lambda: in_readme(_a_korean_hint()),
    "compiled code": lambda: {"assignments/05-logistic/__pycache__/logistic.cpython-311.pyc": b"\0\0\0\0"},
    "a cache": lambda: {".pytest_cache/v/cache/nodeids": b"[]"},
    "a report for staff": lambda: {"report/05-logistic.json": report()},
}


def _a_korean_hint() -> str:
    lines = (SOLUTION / "ko.toml").read_text(encoding="utf-8").splitlines()
    texts = [line.partition(" = ")[2].strip('"') for line in lines if " = " in line]
    return max(texts, key=len)


@pytest.mark.slow
@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_leak_is_found(planted: str, secrets: Secrets, tmp_path: Path) -> None:
    release.write(PLANTED[planted](), tmp_path / "repository")
    assert [leak for piece in pieces(tmp_path / "repository") for leak in secrets.in_piece(piece)]


@pytest.mark.slow
def test_a_leak_names_its_place_and_its_source(secrets: Secrets, tmp_path: Path) -> None:
    release.write({"a.zip": zip_of({"b.py": RENAMED.encode()})}, tmp_path / "repository")
    [leak] = [leak for piece in pieces(tmp_path / "repository") for leak in secrets.in_piece(piece)]
    assert str(leak) == "a.zip: b.py: code of solutions/05-logistic/logistic.py, line 104"


def test_a_deleted_file_is_found_in_the_history(secrets: Secrets, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    release.write({"README.md": b"# Assignments", "answer.py": RENAMED.encode()}, folder)

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "one")
    git("rm", "--quiet", "answer.py")
    git("commit", "--quiet", "--amend", "-m", "two")  # no branch reaches the first commit any more
    found = [leak for piece in pieces(folder) for leak in secrets.in_piece(piece)]
    assert found and all(leak.place.startswith("git blob") for leak in found)


@pytest.mark.slow
def test_a_symbolic_link_is_not_followed(secrets: Secrets, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(SOLUTION)
    assert [piece.data for piece in pieces(tmp_path)] == [str(SOLUTION).encode()]


@pytest.mark.slow
def test_real_releases_raise_no_alarm(course: list[Assignment], secrets: Secrets, tmp_path: Path) -> None:
    whole = release.contents(course, root=ROOT, options=Options(allow_uncommitted=True))
    release.write(whole, tmp_path / "repository")
    assert [str(leak) for piece in pieces(tmp_path / "repository") for leak in secrets.in_piece(piece)] == []


@pytest.mark.slow
def test_real_notebooks_raise_no_alarm(course: list[Assignment], secrets: Secrets) -> None:
    files = {f"{each.slug}/{name}": data for each in course for name, data in [made_notebook(each)]}
    assert [str(leak) for piece in pieces_of(files) for leak in secrets.in_piece(piece)] == []


@pytest.mark.slow
def test_visible_cases_do_not_show_what_a_stub_hides(course: list[Assignment]) -> None:
    assert [str(leak) for each in course for leak in leaks_in_baseline(each)] == []


def test_a_visible_case_that_shows_the_answer_is_found(tmp_path: Path) -> None:
    for part in ("assignments", "solutions"):
        shutil.copytree(ROOT / part / "05-logistic", tmp_path / part / "05-logistic")
    cases = tmp_path / "assignments/05-logistic/test_visible.py"
    cases.write_text(cases.read_text(encoding="utf-8") + RENAMED, encoding="utf-8")
    found = leaks_in_baseline(assignments.load("05-logistic", root=tmp_path))
    assert {leak.place for leak in found} == {"assignments/05-logistic/test_visible.py"}
