"""The script for a machine with a GPU: it is a shell script, and says in one sentence what is missing here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("gpu_round.sh")


def run(tmp_path: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    own = {"OUT": str(tmp_path / "out"), "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.run(
        ["sh", str(SCRIPT), *arguments], env=os.environ | own | more, capture_output=True, text=True, check=False
    )


def test_a_python_without_pytorch_is_named(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no module >&2\nexit 1\n", encoding="utf-8")
    python.chmod(0o755)
    done = run(tmp_path, PYTHON=str(python))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"gpu_round.sh: {python} cannot import PyTorch: no module. Name another one: PYTHON=/path/to/python.\n"
    )


@pytest.mark.slow
def test_without_a_gpu_it_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    done = run(tmp_path, PYTHON=sys.executable)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("gpu_round.sh: No CUDA device found that computes") and done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
