"""A course of one's own is complete or not there, and works without the source of the framework."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from autograder.authoring import course, journal, release
from autograder.authoring.archive import zipped
from autograder.course import assignment as assignments
from autograder.errors import AutograderError, UsageError

ROOT = Path(__file__).parents[1]
RUN = f"{sys.executable} -m autograder"


def plain() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PIP_CONSTRAINT", "AUTOGRADER", "MAKE"))
    }


def command(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments, cwd=folder, env=plain() | environment, capture_output=True, text=True, check=False, timeout=900
    )


def init(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(tmp_path, sys.executable, "-m", "autograder", "init", *arguments)


def begun(tmp_path: Path) -> Path:
    folder = tmp_path / "my course 과목"
    release.write(course.contents(with_course=False), folder)
    return folder


# --- what is in it


def test_it_holds_the_framework_as_a_wheel_and_none_of_its_source(tmp_path: Path) -> None:
    done = init(tmp_path, "mine")
    assert done.returncode == 0, done.stderr
    assert "git init" in done.stdout
    files = {
        path.relative_to(tmp_path / "mine").as_posix() for path in (tmp_path / "mine").rglob("*") if path.is_file()
    }
    [wheel] = [name for name in files if name.endswith(".whl")]
    assert files == {
        wheel, "constraints.txt", "Makefile", "README.md", ".gitignore", "assignments/.gitkeep", "solutions/.gitkeep",
    }  # fmt: skip
    assert wheel.startswith("wheels/autograder_dl-")
    assert not (tmp_path / "mine" / ".git").exists()


def test_the_versions_of_all_packages_are_also_in_the_wheel() -> None:
    files = course.contents(with_course=False)
    [wheel] = [data for name, data in files.items() if name.endswith(".whl")]
    inside = zipfile.ZipFile(BytesIO(wheel)).read("autograder/constraints.txt")
    assert inside == files["constraints.txt"] == (ROOT / "constraints.txt").read_bytes()


def test_the_assignments_of_this_project_are_copied() -> None:
    files = course.contents(with_course=True)
    slugs = {name.split("/")[1] for name in files if name.startswith("assignments/")}
    assert slugs == {each.slug for each in assignments.load_all(ROOT)}
    one = "solutions/05-logistic/test_hidden.py"
    assert files[one] == (ROOT / one).read_bytes()
    assert not [name for name in files if name.endswith(".gitkeep")]
    assert b"The 14 assignments here are public" in files["README.md"]
    assert b"are public" not in course.contents(with_course=False)["README.md"]


def test_caches_and_hidden_files_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "pyproject.toml", "solutions/01-a/test_hidden.py", "solutions/01-a/__pycache__/a.pyc", "assignments/01-a/a.py",
        "assignments/01-a/.ipynb_checkpoints/a.py", "assignments/.DS_Store",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    monkeypatch.setattr(course, "PACKAGE", tmp_path / "autograder")
    copied = {name for name in course.contents(with_course=True) if name.startswith(("assignments/", "solutions/"))}
    assert copied == {"assignments/01-a/a.py", "solutions/01-a/test_hidden.py"}


def test_the_pages_that_its_hand_outs_link_to_are_copied_too() -> None:
    files = course.contents(with_course=True)
    pages = ["docs/course_map.ko.md", "docs/course_map.md", "docs/glossary.md", "docs/how-to/look-at-numbers.md"]
    assert sorted(name for name in files if name.startswith("docs/")) == pages
    assert not any(name.startswith("docs/") for name in course.contents(with_course=False))


def test_without_the_source_the_error_says_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "PACKAGE", tmp_path / "site-packages" / "autograder")
    with pytest.raises(UsageError, match="in its source repository, not in the installed package"):
        course.contents(with_course=True)


def test_its_readme_fits_on_a_screen_and_names_targets_that_exist() -> None:
    files = course.contents(with_course=True)
    readme, makefile = files["README.md"].decode(), files["Makefile"].decode()
    assert len(readme.splitlines()) <= 30
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", readme)) <= targets


# --- writing it


@pytest.mark.slow
def test_a_folder_with_something_in_it_is_refused_and_an_empty_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine", encoding="utf-8")
    done = init(tmp_path, "full")
    assert (done.returncode, "is not empty" in done.stderr) == (2, True)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]
    (tmp_path / "empty").mkdir()
    assert init(tmp_path, "empty").returncode == 0


@pytest.mark.slow
def test_a_repository_and_a_release_are_no_empty_folders(tmp_path: Path) -> None:
    """A release may be written into both. A course is no release."""
    (tmp_path / "fresh" / ".git").mkdir(parents=True)
    (tmp_path / "handed-out").mkdir()
    (tmp_path / "handed-out" / "release.json").write_text("{}", encoding="utf-8")
    for name in ("fresh", "handed-out"):
        before = sorted((tmp_path / name).iterdir())
        done = init(tmp_path, name)
        assert (done.returncode, "is not empty. Name a new folder" in done.stderr) == (2, True), done.stderr
        assert sorted((tmp_path / name).iterdir()) == before


def test_an_interrupted_beginning_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    files = course.contents(with_course=False)
    monkeypatch.setattr(journal, "write_synced", full)
    with pytest.raises(AutograderError, match="No space left on device"):
        release.write_new(files, tmp_path / "out" / "mine")
    assert list((tmp_path / "out").iterdir()) == []


# --- an instructor's desk


@pytest.mark.slow
def test_an_instructor_works_with_an_environment_that_is_there(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    (tmp_path / "private").mkdir()
    where = (f"AUTOGRADER={RUN}", "SOLUTIONS=../private")
    done = command(folder, "make", "new", "A=01-first", *where)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "private" / "01-first" / "first.py").is_file() and not (folder / ".venv").exists()
    done = command(folder, "make", "grade", "A=1", "OFFICIAL=1", *where)
    assert done.returncode == 0 and "0 of 20 points" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
def test_an_instructor_begins_on_a_fresh_machine(tmp_path: Path) -> None:
    """The framework comes from the wheel; the course begins another one, but has no assignments of this project."""
    folder = begun(tmp_path)
    done = command(folder, "make", "new", "A=01-first")
    assert done.returncode == 0 and "Setting up .venv (once)" in done.stdout, done.stdout + done.stderr
    assert not list((folder / ".venv").glob("lib/python*/site-packages/torch"))
    autograder = str(folder / ".venv" / "bin" / "autograder")
    done = command(folder, autograder, "audit", "--seeds", "1", "--mutants", "0")
    assert done.returncode == 0, done.stdout + done.stderr
    done = command(folder, autograder, "release", "--to", "../students")
    assert done.returncode == 0, done.stderr
    assert command(folder, autograder, "init", "../another").returncode == 0
    [wheel], [again] = ((tmp_path / name / "wheels").glob("*.whl") for name in ("another", "students"))
    assert wheel.read_bytes() == again.read_bytes()
    done = command(folder, autograder, "init", "../all", "--with-course")
    assert done.returncode == 2 and "leave out --with-course" in done.stderr
    assert not (tmp_path / "all").exists()


@pytest.mark.long
def test_an_instructor_tries_another_version_and_keeps_it(tmp_path: Path) -> None:
    folder = begun(tmp_path)
    [present] = (folder / "wheels").glob("*.whl")
    newer = renamed(present, tmp_path)
    assert command(folder, "make", "new", "A=01-first").returncode == 0
    assert command(folder, "make", "keep-upgrade").returncode == 2
    done = command(folder, "make", "upgrade", f"WHEEL={newer}")
    assert done.returncode == 0 and "Nothing changes." in done.stdout, done.stdout + done.stderr
    assert [path.name for path in (folder / "wheels").iterdir()] == [present.name]
    done = command(folder, "make", "keep-upgrade")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (folder / "wheels").iterdir()] == [newer.name]
    assert command(folder, "make", "doctor").returncode == 0
    shown = "import importlib.metadata as m; print(m.version('autograder-dl'))"
    assert command(folder, ".venv/bin/python", "-c", shown).stdout == "0.9.0\n"


def renamed(wheel: Path, folder: Path) -> Path:
    """Write the wheel as one of version 0.9.0."""
    files = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if name.endswith("METADATA"):
                data = re.sub(rb"(?m)^Version: .*$", b"Version: 0.9.0", data)
            files[re.sub(r"^autograder_dl-[\d.]+dist", "autograder_dl-0.9.0.dist", name)] = data
    [record] = [name for name in files if name.endswith("RECORD")]
    files[record] = "".join(f"{name},,\n" for name in files).encode()
    path = folder / "autograder_dl-0.9.0-py3-none-any.whl"
    path.write_bytes(zipped(files))
    return path
