"""Practice as on macOS and Windows: each worker is a new interpreter. These tests also run on those systems."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny_course
from tiny_course import SLUG, SOLUTION, graded, line, make

from autograder.model import Verdict
from autograder.workers.supervisor import Supervisor

LOOP = SOLUTION.replace("return 2 * x", "while True:\n        pass")


@pytest.fixture(scope="module")
def portable() -> Iterator[Supervisor]:
    with Supervisor(portable=True) as supervisor:
        yield supervisor


@pytest.mark.slow
def test_a_right_answer_earns_full_marks_and_a_wrong_one_is_explained(tmp_path: Path, portable: Supervisor) -> None:
    wrong = SOLUTION.replace("2 * x", "3 * x")
    reports = graded(make(tmp_path), SOLUTION, wrong, supervisor=portable, official=False)
    assert [report.score.earned for report in reports] == [9.0, 3.0]
    mismatch = line(reports[1], "double_of_two").mismatch
    assert mismatch is not None
    assert (mismatch.got, mismatch.want) == ("6", "4")


@pytest.mark.slow
def test_an_endless_loop_costs_one_case(tmp_path: Path, portable: Supervisor) -> None:
    [report] = graded(make(tmp_path), LOOP, supervisor=portable, official=False)
    assert line(report, "double_of_two").verdict is Verdict.TIMED_OUT
    assert line(report, "total_of_three").verdict is Verdict.PASSED


def command(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "autograder", "grade", SLUG, "--root", str(root), *arguments],
        cwd=root, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


def test_the_command_grades_a_file(tmp_path: Path) -> None:
    course = make(tmp_path)
    tiny_course.write(course.folder / "tiny.py", SOLUTION)
    done = command(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "9 of 9 visible points" in done.stdout


@pytest.mark.skipif(sys.platform == "linux", reason="Linux has the sandbox")
def test_official_grading_is_refused(tmp_path: Path) -> None:
    make(tmp_path)
    assert command(tmp_path, "--official").returncode == 3
