"""Why a submission cannot be loaded: the line, the place in it, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny_course
from tiny_course import SOLUTION, STUB, graded, make

from autograder.messages import say
from autograder.model import LoadFailure, Stub
from autograder.workers.supervisor import Supervisor

UNREADABLE = {
    "open": ("x = f(1,\n", "x = f(1,", 6, "unreadable.open"),
    "bracket": ("x = (1]\n", "x = (1]", 7, "unreadable.bracket"),
    "colon": ("    \nif 1 == 1\n    x = 2\n", "if 1 == 1", 10, "unreadable.colon"),
    "quote": ("x = 'ab\n", "x = 'ab", 5, "unreadable.quote"),
    "block": ("def f():\nreturn 1\n", "return 1", 1, "unreadable.block"),
    "indent": ("x = 1\n  y = 2\n", "y = 2", 1, "unreadable.indent"),
    "Hangul": ("가 = '가나다' 1 +\n", "가 = '가나다' 1 +", 11, "unreadable.line"),
    "long line": (f"x = {'1 + ' * 200}2 3\n", None, None, "unreadable.line"),
    "not UTF-8": ("x = 1\n  y = 'é'\n".encode("latin-1"), "y = '\ufffd'", 6, ""),
    "null byte": (b"x = 1\0", "", 0, "unreadable.file"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_the_line_the_place_and_the_remedy_are_named(tmp_path: Path, supervisor: Supervisor, name: str) -> None:
    source, text, column, remedy = UNREADABLE[name]
    [report] = graded(make(tmp_path), source, supervisor=supervisor)
    failure = report.load_failure
    assert failure is not None
    assert failure.remedy == (say(remedy) if remedy else "")
    assert failure.message == report.outcomes[0].message
    assert len(failure.text) <= 100
    if text is not None:
        assert (failure.text, failure.column) == (text, column)


def test_a_newer_syntax_has_its_own_remedy_in_the_message(tmp_path: Path, supervisor: Supervisor) -> None:
    [report] = graded(make(tmp_path), "type Row = list[float]\n", supervisor=supervisor)
    assert report.load_failure is not None
    assert report.load_failure.text == "type Row = list[float]"
    assert report.load_failure.remedy == ""


def test_a_missing_file_is_a_failure_without_a_place(tmp_path: Path, supervisor: Supervisor) -> None:
    [report] = _of_other_module(tmp_path, supervisor)
    assert report.load_failure == LoadFailure(report.outcomes[0].message, "")


def _of_other_module(tmp_path: Path, supervisor: Supervisor) -> list[tiny_course.Report]:
    from autograder.grading.options import RunOptions
    from autograder.grading.session import grade

    reports: list[tiny_course.Report] = []
    submission = tiny_course.handed_in({"other": "x = 1\n"})
    run = RunOptions(device="cpu")
    grade(make(tmp_path).load(), [submission], reports.append, run=run, supervisor=supervisor)
    return reports


@pytest.mark.parametrize("source", [SOLUTION, "raise ValueError\n", "import os\nos._exit(3)\n"])
def test_what_fails_only_a_line_is_no_failure_of_the_file(tmp_path: Path, supervisor: Supervisor, source: str) -> None:
    [report] = graded(make(tmp_path), source, supervisor=supervisor)
    assert report.load_failure is None


def test_the_stubs_are_named_with_their_lines(tmp_path: Path, supervisor: Supervisor) -> None:
    source = "class total:\n    def f(self):\n        raise NotImplementedError\n\n\ndef double(x):\n    return 2 * x\n"
    [report] = graded(make(tmp_path), source, supervisor=supervisor)
    assert report.stubs == (Stub("total", "tiny.py", 2),)


GROUPED = """
@task("both", points=20)
@pytest.mark.parametrize("name", ["total", "double"])
def test_both(student, name):
    assert getattr(student, name)([1.0]) >= 0
"""


@pytest.mark.parametrize(
    ("source", "stubs"),
    [(STUB, (Stub("both", "tiny.py", 7),)), (SOLUTION, ()), (STUB + "\ndef total(x): return 1", ())],
)
def test_a_task_of_several_functions_is_a_stub_if_all_of_them_are(
    tmp_path: Path, supervisor: Supervisor, source: str, stubs: tuple[Stub, ...]
) -> None:
    course = make(tmp_path, visible=GROUPED, solution=None, tasks={"both": 20.0})
    [report] = graded(course, source, supervisor=supervisor, official=False)
    assert report.stubs == stubs
