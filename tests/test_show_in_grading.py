"""``autograder.show`` in a file that is graded: it does nothing, and nothing else of ours can be imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny_course
from tiny_course import SLUG, SOLUTION, graded, make

from autograder import show
from autograder.course import submission as submissions
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.guest.show import SILENT_NAMES
from autograder.model import Report, Verdict
from autograder.workers.supervisor import Supervisor

LOOKS = [
    "from autograder import show\nshow.image([[1, 2]])\nshow.curve([1, 2], log=True, to='a.svg')",
    "import autograder.show\nautograder.show.bars([1.0])\nautograder.show.table([[1]], ['x'])",
    "import autograder.show as look\nlook.plane(lambda p: 1 / 0)\nlook.images(None)",
    "from autograder.show import image, read_digit\nimage(read_digit('a'))\nassert read_digit('').size == 784",
    "from autograder.show import *\ncurve([1, 2, 3])",
]  # fmt: skip
IN_A_FUNCTION = """
import numpy as np


def double(x):
    from autograder import show

    show.curve(x, title="before")
    return 2 * x


def total(x):
    import autograder.show

    autograder.show.bars(x)
    return float(np.sum(x))
"""


@pytest.fixture(scope="module")
def portable() -> Iterator[Supervisor]:
    with Supervisor(portable=True) as supervisor:
        yield supervisor


def notes(report: Report) -> list[str]:
    return [*report.notes, *(outcome.message for outcome in report.outcomes if outcome.message)]


def sources() -> list[str]:
    return [IN_A_FUNCTION, *(f"{look}\n{SOLUTION}" for look in LOOKS)]


@pytest.mark.slow
def test_a_file_that_looks_earns_full_marks_without_a_note(tmp_path: Path, supervisor: Supervisor) -> None:
    for report in graded(make(tmp_path), *sources(), supervisor=supervisor):
        assert notes(report) == []
        assert report.score.earned == 20.0


@pytest.mark.slow
def test_a_file_that_looks_earns_full_marks_in_practice_elsewhere(tmp_path: Path, portable: Supervisor) -> None:
    """On macOS and Windows a worker could find the real package, which would draw."""
    for report in graded(make(tmp_path), IN_A_FUNCTION, sources()[1], supervisor=portable, official=False):
        assert notes(report) == []
        assert report.score.earned == 9.0
        assert "".join(outcome.output for outcome in report.outcomes) == ""


@pytest.mark.slow
def test_nothing_else_of_ours_can_be_imported(tmp_path: Path, supervisor: Supervisor, portable: Supervisor) -> None:
    looks = """
import autograder.show


def double(x):
    import pkgutil, sys
    import autograder

    found = [name for name in vars(autograder) if not name.startswith("__")]
    assert found == ["show"] and list(autograder.__path__) == [], found
    assert not [each.name for each in pkgutil.iter_modules(autograder.__path__)]
    for name in ("checks.datasets", "guest.wire", "workers.worker", "model", "show.svg"):
        try:
            __import__(f"autograder.{name}")
        except ImportError:
            continue
        raise RuntimeError(name)
    try:
        from autograder import digits28
    except ImportError:
        pass
    assert sorted(name for name in sys.modules if name.partition(".")[0] == "autograder") == [
        "autograder", "autograder.show",
    ]
    return 2 * x


def total(x):
    return float(x.sum())
"""
    course = make(tmp_path)
    for each in (supervisor, portable):
        [report] = graded(course, looks, supervisor=each, official=False)
        assert notes(report) == []


def test_another_name_of_ours_is_reported_and_a_try_falls_back(tmp_path: Path, supervisor: Supervisor) -> None:
    fallback = "try:\n    from autograder import digits28\nexcept ImportError:\n    digits28 = None\n"
    plain = "from autograder import digits28, show\n"
    reports = graded(make(tmp_path), fallback + SOLUTION, plain + SOLUTION, supervisor=supervisor)
    assert [report.score.earned for report in reports] == [20.0, 20.0]
    assert notes(reports[0]) == []
    [note] = notes(reports[1])
    assert "autograder is not available" in note


def test_a_file_of_the_submission_comes_first(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path)
    folder = tmp_path / "in"
    tiny_course.write(folder / "tiny.py", "import autograder\n\n\ndef double(x):\n    return autograder.twice(x)\n")
    tiny_course.write(folder / "autograder.py", "def twice(x):\n    return 2 * x\n")
    reports: list[Report] = []
    submission = submissions.open(folder, course.load())
    grade(course.load(), [submission], reports.append, run=RunOptions(device="cpu"), supervisor=supervisor)
    assert [each.verdict for each in reports[0].outcomes if each.task == "double"] == [Verdict.PASSED]


def test_the_empty_module_has_the_names_of_the_real_one() -> None:
    assert sorted((*SILENT_NAMES, "read_digit")) == show.__all__


def test_debug_draws(tmp_path: Path) -> None:
    course = make(tmp_path)
    tiny_course.write(course.folder / "tiny.py", IN_A_FUNCTION)
    command = [sys.executable, "-X", "utf8", "-m", "autograder", "debug", SLUG, "total", "--root", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
    assert "██" in done.stdout and "PASSED" in done.stdout, done.stdout + done.stderr
