"""What a student packs: exactly the files that are asked for, and a line for each thing that would cost points."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SLUG = "05-logistic"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A student's folder, without solutions."""
    shutil.copytree(ROOT / "assignments" / SLUG, tmp_path / "assignments" / SLUG)
    return tmp_path


def submit(desk: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", "submit", *arguments]
    return subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.slow
def test_the_archive_holds_the_files_that_are_asked_for(desk: Path) -> None:
    stub = (desk / "assignments" / SLUG / "logistic.py").read_bytes()
    printed = submit(desk, "5").stdout
    with zipfile.ZipFile(desk / "submission" / f"{SLUG}.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"logistic.py": stub}
    assert f"  {hashlib.sha256(stub).hexdigest()}  logistic.py\n" in printed
    assert hashlib.sha256((desk / "submission" / f"{SLUG}.zip").read_bytes()).hexdigest() in printed
    assert "Not started: sigmoid" in printed


@pytest.mark.slow
def test_what_would_be_missed_is_named(desk: Path) -> None:
    wrong = (ROOT / "examples" / "class" / "student03" / "logistic.py").read_bytes()
    (desk / "assignments" / SLUG / "logistic.py").write_bytes(wrong)
    (desk / "assignments" / SLUG / "helpers.py").write_text("x = 1\n", encoding="utf-8")
    printed = submit(desk, SLUG).stdout
    assert "These tasks would lose points: bce_backward.\n" in printed
    assert "Not packed, because the assignment does not ask for them: helpers.py." in printed


@pytest.mark.slow
def test_the_archive_grades_like_the_folder(desk: Path) -> None:
    right = (ROOT / "solutions" / SLUG / "logistic.py").read_bytes()
    (desk / "assignments" / SLUG / "logistic.py").write_bytes(right)
    submit(desk, SLUG)
    command = [sys.executable, "-m", "autograder", "grade", SLUG, "--submission", f"submission/{SLUG}.zip", "--plain"]
    graded = subprocess.run(command, cwd=desk, capture_output=True, text=True, check=True, timeout=120).stdout
    assert "Total: 30 of 30 visible points (100 in all)" in graded


def test_a_missing_file_is_an_error_and_nothing_is_packed(desk: Path) -> None:
    (desk / "assignments" / SLUG / "logistic.py").unlink()
    done = submit(desk, SLUG)
    assert done.returncode == 2 and "logistic.py cannot be read: No such file or directory." in done.stderr
    assert not (desk / "submission").exists()


def test_a_folder_that_the_grader_would_refuse_is_not_packed(desk: Path) -> None:
    module = desk / "assignments" / SLUG / "logistic.py"
    module.rename(desk / "logistic.py")
    module.symlink_to(desk / "logistic.py")
    done = submit(desk, SLUG)
    assert done.returncode == 2 and not list(desk.glob("submission/*"))
    assert done.stderr.startswith("autograder: logistic.py is a link or a special file. Replace it")
    assert "Nothing was packed" in done.stderr and "[submission-rejected]" in done.stderr
