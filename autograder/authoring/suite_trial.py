"""Run the tests of a suite on the solution, and say of each why it cannot be adopted."""

from __future__ import annotations

import ast
import contextlib
import os
import posixpath
import re
import time
import traceback
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from _pytest.fixtures import FixtureLookupError

from ..course.assignment import Assignment, file_of
from ..errors import AutograderError
from ..grading import suite_plan
from ..grading.execution import Executor
from ..grading.options import RunOptions
from ..grading.session import Session
from ..grading.suite_plan import TestMarks
from ..grading.suite_plugin import Uncollected, collect_adopted
from ..model import Outcome, Verdict
from ..student.connection import Connection
from ..student.faults import StudentFault, StudentRaised
from ..workers.supervisor import Supervisor

_READS_SOURCE = ("getsource", "getsourcelines", "getsourcefile", "findsource", "getfile")
_MODULE = re.compile(r"No module named '([\w.]+)'")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A test, or a file of tests, that is not adopted: its file and line, its name, and the reason as a sentence."""

    place: str
    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.name}: {self.reason}" if self.name else f"{self.place}: {self.reason}"


@dataclass(slots=True)
class TriedTest:
    """A test with its marks and what it came to on the solution. Its parameter sets are one test.

    ``seconds`` is the CPU time of its slowest set, ``wall_s`` the time that all of them took.
    """

    id: str
    line: int
    marks: TestMarks
    sets: int = 0
    seconds: float = 0.0
    wall_s: float = 0.0
    refusal: Refusal | None = None


@dataclass(slots=True)
class Trial:
    """What a run of a suite on the solution showed."""

    tests: dict[str, TriedTest] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    unloadable: str = ""

    @property
    def adopted(self) -> list[TriedTest]:
        """The tests that pass on the solution."""
        return [test for test in self.tests.values() if test.refusal is None]

    @property
    def refused(self) -> list[Refusal]:
        """The files and tests that are not adopted."""
        return self.refusals + [test.refusal for test in self.tests.values() if test.refusal is not None]


def run(draft: Assignment, supervisor: Supervisor) -> Trial:
    """Run all tests of a drafted suite on the solution."""
    trial = Trial()
    session = Session(draft, RunOptions(device="cpu"), supervisor)

    def work(executor: Executor) -> None:
        connection = session.connections.to_solution()
        assert connection is not None  # a draft has a solution
        with contextlib.closing(connection):
            _run_all(executor, connection, draft, trial)

    collected = collect_adopted(draft, work, connect=session.connections.own, options=session.options)
    trial.refusals = list(map(_uncollected, collected.failed))
    for taken in collected.taken:
        _refuse_parameters(taken, trial, draft)
    return trial


def opened_files(trial: Trial, files: Collection[str]) -> list[str]:
    """Return those of ``files`` that the solution has tried to open, and that its worker does not have.

    Others are not for the student's code: they may hold what a test wants.
    """
    reasons = [test.refusal.reason for test in trial.tests.values() if test.refusal is not None]
    missed = [reason for reason in reasons if "No such file" in reason or "not found" in reason]
    words = {posixpath.normpath(word) for reason in missed for word in re.split(r"[\s'\"]+", reason) if word}
    return sorted(name for name in files if name in words and not name.endswith((".py", ".ipynb")))


def _refuse_parameters(taken: str, trial: Trial, draft: Assignment) -> None:
    """Refuse the tests whose decorators took a value of the student's module: it stays that of the solution."""
    found = re.search(r"(\S+\.py), \D*(\d+): (.*)", taken)
    if found is None or draft.suite is None:
        return
    line, what = int(found[2]), found[3]
    for test in trial.tests.values():
        path = draft.suite.folder / test.id.partition("::")[0]
        if path.name == found[1] and line in _decorator_lines(path, test.id):
            reason = (
                f"its decorators take {what} of the student's module, and would be that of the solution for all. "
                "Read it in the test."
            )
            place = f"{test.id.partition('::')[0]}, line {line}"
            test.refusal = test.refusal or Refusal(place, test.id.rpartition("::")[2], reason)


def _decorator_lines(path: Path, id: str) -> set[int]:
    """Return the lines of the decorators of a test and of its class."""
    names = set(id.split("::")[1:])
    found: set[int] = set()
    for node in ast.walk(ast.parse(path.read_bytes())) if path.suffix == ".py" else ():
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            for each in node.decorator_list:
                found |= set(range(each.lineno, (each.end_lineno or each.lineno) + 1))
    return found


def _run_all(executor: Executor, connection: Connection, draft: Assignment, trial: Trial) -> None:
    for case in executor.cases:
        item = executor.plan[case.id].item
        id = suite_plan.base_id(item)
        test = trial.tests.setdefault(id, TriedTest(id, suite_plan.line_of(item), suite_plan.marks_of(item)))
        test.sets += 1
        if test.refusal is not None:
            continue
        started = time.monotonic()
        done = executor.run(case, connection, {})
        test.wall_s += time.monotonic() - started
        test.seconds = max(test.seconds, done.log.cpu_s)
        if connection.is_unloadable:
            trial.unloadable = done.outcome.message
            return
        if done.outcome.verdict is not Verdict.PASSED:
            raised = executor.attempt.raised if executor.attempt else None
            test.refusal = Refusal(_place(item, raised), item.name, _reason(done.outcome, raised, item, draft))


def _place(item: pytest.Item, raised: BaseException | None) -> str:
    """Return file and line of what a test raised, or of the test."""
    root = str(item.config.rootpath)
    frames = traceback.extract_tb(raised.__traceback__) if raised else []
    inside = [frame for frame in frames if frame.filename.startswith(root) and "/site-packages/" not in frame.filename]
    own = [frame for frame in inside if frame.filename == str(item.path)]
    if found := (own or inside)[-1:]:
        return f"{Path(found[0].filename).relative_to(root).as_posix()}, line {found[0].lineno}"
    return f"{item.path.relative_to(root).as_posix()}, line {suite_plan.line_of(item)}"


def _reason(outcome: Outcome, raised: BaseException | None, item: pytest.Item, draft: Assignment) -> str:
    if any(True for _ in item.iter_markers("xfail")):
        return "it is marked xfail, so it says nothing about an answer. Take the mark away, or leave the test out."
    if outcome.verdict is Verdict.SKIPPED:
        return f"it is skipped ({outcome.staff or outcome.message}), so it can never give points."
    text = str(raised) if raised is not None else ""
    is_students = isinstance(raised, StudentFault | StudentRaised)  # its attributes are in the worker
    if raised is not None and not is_students and (known := _known(raised, text, draft)):
        return known
    if outcome.verdict is Verdict.GRADER_ERROR:
        return outcome.staff.partition("\n")[0] or outcome.message
    first = _first_line(text or outcome.message)
    kind = type(raised).__name__ if raised is not None and not isinstance(raised, AutograderError) else ""
    detail = first if outcome.verdict is not Verdict.FAILED or not kind else f"{kind}: {first}".rstrip(": ")
    return f"it does not pass on the solution ({outcome.verdict.value}). {detail}"


def _known(raised: BaseException, text: str, draft: Assignment) -> str:
    """Return the sentence for a cause that has a way round, or ""."""
    files = {file_of(module).rpartition("/")[2] for module in draft.modules}
    named = getattr(raised, "filename", None)
    functions = {frame.name for frame in traceback.extract_tb(raised.__traceback__)}
    if isinstance(raised, FileNotFoundError) and isinstance(named, str) and Path(named).name in files:
        return (
            f"it opens {Path(named).name}, which the student writes. That file is never on this side of the wall. "
            "Test what the code does, and not its text."
        )
    if isinstance(raised, FileNotFoundError) and isinstance(named, str) and os.path.isabs(named):
        return (
            f"it opens {Path(named).name}, which the student's code writes. That file stays in the worker. Let a "
            "function of the student's read it, or return its content."
        )
    if functions & set(_READS_SOURCE):
        return (
            "it reads the source of the student's code, which is not on this side of the wall. Test what the code "
            "does, and not its text."
        )
    if isinstance(raised, FixtureLookupError):
        return (
            f"it needs the fixture {raised.argname}, which neither pytest nor the suite has. Add it to conftest.py; "
            "plug-ins of pytest are not loaded."
        )
    if isinstance(raised, ModuleNotFoundError):
        return _missing(text)
    return ""


def _missing(text: str) -> str:
    name = (_MODULE.search(text) or ["", "a module"])[1].partition(".")[0]
    return f"it imports {name}, which is not installed. Install it for the people who grade, or leave the test out."


def _uncollected(found: Uncollected) -> Refusal:
    """Return why a file could not be collected. pytest's text ends with the error, after the lines that led to it."""
    lines = [line for line in found.text.splitlines() if line.strip()]
    errors = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")]
    places = [match for line in lines if (match := re.match(r"(\S+?):(\d+): ", line))]
    own = [match for match in places if match[1].endswith(found.file)]
    line = (own or places)[-1][2] if (own or places) else "1"
    if syntax := re.search(rf'File "[^"]*{re.escape(found.file)}", line (\d+)', "\n".join(errors)):
        line = syntax[1]
    named = [error for error in errors if re.match(r"[\w.]*(Error|Exception|Interrupt)\b", error)]
    error = (named or errors or lines[-1:] or ["pytest gave no reason"])[0]
    if _MODULE.search(error):
        return Refusal(f"{found.file}, line {line}", "", _missing(error))
    if "Skipped" in found.text:
        return Refusal(f"{found.file}, line {line}", "", f"the file skips itself, so it can never give points. {error}")
    return Refusal(f"{found.file}, line {line}", "", f"the file cannot be imported. {_first_line(error)}")


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
