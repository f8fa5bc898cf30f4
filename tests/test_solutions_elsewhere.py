"""The solutions of a course may lie in another folder; no worker reads them there either."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_course import SLUG, SOLUTION, Course, make, write

from autograder.authoring import release
from autograder.course import assignment as assignments
from autograder.errors import UsageError

ANSWER = SOLUTION.replace("import numpy as np", "import numpy as np  # a student's")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course whose solutions lie in the folder ``private`` next to it."""
    course = make(tmp_path / "course")
    write(course.folder / "tiny.py", ANSWER)
    shutil.move(course.root / "solutions", tmp_path / "private")
    return course


def private(course: Course) -> Path:
    return course.root.parent / "private"


def run(course: Course, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=course.root, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip


# --- finding them


@pytest.mark.slow
def test_an_official_run_finds_them_by_the_option_and_by_the_variable(course: Course) -> None:
    for done in (
        run(course, "grade", SLUG, "--official", "--solutions", "../private"),
        run(course, "grade", SLUG, "--official", AUTOGRADER_SOLUTIONS=str(private(course))),
    ):
        assert done.returncode == 0, done.stderr
        assert "20 of 20 points" in done.stdout


def test_without_either_the_error_names_both(course: Course) -> None:
    done = run(course, "grade", SLUG, "--official")
    assert done.returncode == 4
    assert "use --solutions FOLDER or set AUTOGRADER_SOLUTIONS" in done.stderr


@pytest.mark.slow
def test_a_class_is_graded_with_them(course: Course, tmp_path: Path) -> None:
    write(tmp_path / "class" / "kim.py", ANSWER)
    done = run(course, "batch", SLUG, "../class", "--official", "--out", "../out", "--solutions", "../private")
    assert done.returncode == 0, done.stderr
    assert "kim" in (tmp_path / "out" / "staff" / "grades.csv").read_text(encoding="utf-8")


def test_a_folder_that_does_not_exist_is_named(course: Course) -> None:
    done = run(course, "grade", SLUG, "--official", "--solutions", "../privat")
    assert done.returncode == 2
    assert "/privat. Correct --solutions or the variable AUTOGRADER_SOLUTIONS" in done.stderr


def test_a_folder_that_students_receive_is_refused(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.move(private(course), course.root / "assignments" / "private")
    monkeypatch.setenv("AUTOGRADER_SOLUTIONS", str(course.root / "assignments" / "private"))
    with pytest.raises(UsageError, match="which students receive"):
        course.load()


def test_errors_name_the_folder_that_was_read(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_SOLUTIONS", str(private(course)))
    assert course.load().solution_name == f"private/{SLUG}"


def test_the_digest_does_not_depend_on_the_place(course: Course, tmp_path: Path) -> None:
    beside = make(tmp_path / "beside")
    write(beside.folder / "tiny.py", ANSWER)
    there = assignments.load(SLUG, root=course.root, solutions=private(course))
    assert there.digest() == beside.load().digest()
    write(private(course) / SLUG / "tiny.py", "another")
    assert there.digest() != beside.load().digest()


def test_a_release_needs_their_commit_too(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_SOLUTIONS", str(private(course)))
    for folder in (course.root, private(course)):
        git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org"]
        for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "Begin"]):
            subprocess.run([*git, *arguments], check=True, capture_output=True)
    write(private(course) / SLUG / "tiny.py", SOLUTION + "\n# changed")
    with pytest.raises(UsageError, match=r"private has changes that are not committed"):
        release.contents([course.load()], root=course.root, options=release.Options())


# --- no worker reads them

SPY = """
import os
import sys
from pathlib import Path

PLACE = {place!r}
sys.path.insert(0, PLACE + "/01-tiny")


def double(x):
    found = []
    for attempt in (read, listed, imported, named, walked):
        try:
            if attempt():
                found.append(attempt.__name__)
        except (OSError, ImportError):
            pass
    raise ValueError(f"found {{found}}")


def read():
    return Path(PLACE, "01-tiny", "test_hidden.py").read_text()


def listed():
    return os.listdir(PLACE)


def imported():
    import test_hidden
    return test_hidden


def named():
    return [name for name in os.environ if "SOLUTION" in name]


def walked():
    return [place for place, _, files in os.walk(os.path.dirname(PLACE)) if "test_hidden.py" in files]
"""


@pytest.mark.slow
def test_no_worker_reads_them_or_learns_where_they_are(course: Course) -> None:
    write(course.folder / "tiny.py", SPY.format(place=str(private(course))))
    done = run(course, "grade", SLUG, "--official", AUTOGRADER_SOLUTIONS=str(private(course)))
    assert done.returncode == 0, done.stderr
    assert "ValueError: found []" in done.stdout


def test_the_spy_finds_them_without_a_wall(course: Course) -> None:
    write(course.root / "tiny.py", SPY.format(place=str(private(course))))
    done = subprocess.run(
        [sys.executable, "-c", "import tiny; tiny.double(1)"],
        cwd=course.root,
        env={"AUTOGRADER_SOLUTIONS": str(private(course))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "found ['read', 'listed', 'imported', 'named', 'walked']" in done.stderr


def test_the_debugger_cannot_open_them(course: Course) -> None:
    source = SPY.replace("os.listdir(PLACE)", "list(Path(PLACE).iterdir())").replace(", named, walked", "")
    write(course.folder / "tiny.py", source.format(place=str(private(course))))
    done = run(course, "debug", SLUG, "double", AUTOGRADER_SOLUTIONS=str(private(course)))
    assert "raised ValueError: found []" in done.stdout, done.stdout + done.stderr
