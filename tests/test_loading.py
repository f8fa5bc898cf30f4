"""What a submission does while it is loaded: what it costs, and what the student reads."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import Submitted

from autograder.course import notebook
from autograder.model import Verdict
from autograder.student import source as source_module
from autograder.student.connection import Connection
from autograder.student.faults import StudentFault
from autograder.student.loading import MAX_LOST, MAX_NOTES, Incident, LoadRecord, notes_on, undefined
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor
from autograder.workers.worker import LossReason, WorkerLost

F = "def f(): return 1\n"
SHORT = {"cell_s": 0.2, "load_s": 2.0}
NUMPY = frozenset({"numpy"})


class Loader:
    """Loads a module ``answer`` in a worker that offers numpy."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._stack = contextlib.ExitStack()

    def __call__(self, source: str | bytes, *, code: notebook.Code | None = None, **limits: Any) -> Submitted:
        data = code.source if code else source if isinstance(source, bytes) else source.encode()
        sources = ModuleSources(
            "answer",
            {"answer": ("answer.py", data)},
            notebooks=frozenset({"answer"}) if code else frozenset(),
            unread={"answer": code.unread} if code else {},
        )
        spec = WorkerSpec(Limits(**limits), torch=False, packages=NUMPY)
        submission = Submitted(Connection(sources, self._supervisor, spec, seed=0))
        self._stack.callback(submission.close)
        return submission

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def load(supervisor: Supervisor) -> Iterator[Loader]:
    loader = Loader(supervisor)
    yield loader
    loader.close()


def cells(*sources: str) -> notebook.Code:
    document = {"cells": [{"cell_type": "code", "source": source} for source in sources]}
    return notebook.read(json.dumps(document).encode())


TOP_LEVELS = {
    "exit": (
        "import sys; sys.exit()",
        "answer.py, line 1 (import sys; sys.exit()): this ends the program",
    ),
    "unittest": (
        "import unittest\nunittest.main()",
        "answer.py, line 2 (unittest.main()): this ends the program",
    ),
    "hard exit": ("import os; os._exit(0)", "answer.py, line 1 ended the whole program (exit status 0)."),
    "crash": ("import ctypes\nctypes.string_at(0)", "answer.py, line 2 crashed the interpreter"),
    "raises": ("x = 1\ny = x / 0", "answer.py, line 2 raised ZeroDivisionError: division by zero. This line was"),
    "hang": ("\nwhile True: pass", "answer.py, line 2 was still running after 0.2 seconds, so it was stopped."),
    "hang in compiled code": ("sum(range(10**12))", "answer.py, line 1 was still running after 0.2 seconds"),
    "hang without signals": (
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass",
        "answer.py, line 3 was still running after 0.2 seconds",
    ),
    "missing module": ("import no_such_thing", "answer.py, line 1: no_such_thing is not available in this assignment"),
    "input": ("name = input()", "answer.py, line 1 (name = input()): this waits for the keyboard."),
    "breakpoint": ("breakpoint()", "answer.py, line 1 (breakpoint()): this starts the debugger, so it was skipped."),
    "pdb": ("import pdb\npdb.set_trace()", "answer.py, line 2 (pdb.set_trace()): this starts the debugger"),
    "drawing": ("import matplotlib.pyplot as plt\nplt.show()", "Not graded: matplotlib. Calls that draw"),
    "unread": ("return 3", "answer.py, line 1: Python cannot read this line: 'return' outside function."),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TOP_LEVELS)
def test_the_top_level_costs_no_function_and_is_named_once(load: Loader, name: str) -> None:
    source, text = TOP_LEVELS[name]
    submission = load(f"{source}\n{F}", **SHORT)
    assert submission.student.f() == 1
    (note,) = submission.connection.notes()
    assert note.startswith(text)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hang", "hard exit", "hang in compiled code"])
def test_the_next_worker_skips_what_was_stopped(load: Loader, name: str) -> None:
    source, _ = TOP_LEVELS[name]
    submission = load(f"{source}\n{F}def bad():\n    import os; os._exit(1)\n", **SHORT)
    assert submission.student.f() == 1
    notes, generation = submission.connection.notes(), submission.connection.generation
    with pytest.raises(StudentFault):
        submission.student.bad()
    assert submission.begin("next").f() == 1
    assert submission.connection.generation == generation + 1
    assert submission.connection.notes() == notes


def test_a_statement_that_raised_runs_again_for_what_it_did_before(load: Loader) -> None:
    source = "D = {}\nfor name in 'ab':\n    D[name] = 1\n    if name == 'b': raise ValueError\n"
    submission = load(source + "def f(): return D\ndef bad():\n    import os; os._exit(1)\n")
    for _ in range(2):
        assert submission.begin("case").f() == {"a": 1, "b": 1}
        with pytest.raises(StudentFault):
            submission.student.bad()


def test_siblings_know_what_to_skip(load: Loader) -> None:
    submission = load(f"while True: pass\n{F}", **SHORT)
    assert submission.student.f() == 1
    sibling = submission.connection.sibling()
    with contextlib.closing(sibling):
        assert Submitted(sibling).student.f() == 1
        assert sibling.generation == 1 and sibling.notes() == submission.connection.notes()


def test_statements_that_end_the_worker_are_tried_a_few_times_only(load: Loader) -> None:
    submission = load("import os\n" + "os._exit(3)\n" * (MAX_LOST + 1) + F)
    with pytest.raises(StudentFault, match="import answer ended the whole program") as caught:
        submission.student.f()
    assert caught.value.verdict is Verdict.CRASHED and not caught.value.ran


@pytest.mark.slow
def test_the_first_load_takes_nothing_from_the_time_of_the_cases(load: Loader) -> None:
    submission = load(f"while True: pass\n{F}", cell_s=0.5, load_s=5.0, submission_s=0.4, cpu_s=1.0)
    assert submission.student.f() == 1
    assert submission.connection.budget.used_s < 0.4


def test_later_loads_are_free_until_they_add_up(load: Loader) -> None:
    connection = load(F, submission_s=1.0).connection
    for first, expected in ((True, 0.0), (False, 0.0), (False, 0.0), (False, 0.2), (False, 0.6)):
        connection._record.incidents = None if first else ()
        clock: Any = SimpleNamespace(used_s=lambda: 0.4, elapsed_s=lambda: 0.4, charged_s=0.0, charged_wall_s=0.0)
        connection._charge_load(clock)
        assert connection.budget.used_s == pytest.approx(expected)


def test_an_attack_on_the_connection_is_not_loaded_again(load: Loader) -> None:
    submission = load(f"import os; os.write(3, b'x')\n{F}")
    with pytest.raises(StudentFault) as caught:
        submission.student.f()
    assert caught.value.verdict is Verdict.CRASHED and submission.connection.generation == 1


# --- names that are missing

MISSING = {
    "raised": (
        "@nowhere\ndef f(): ...",
        "f is not defined, because answer.py, line 1 raised NameError: name 'nowhere'",
    ),
    "imported": ("from math import f", "f is not defined, because answer.py, line 1 raised ImportError: cannot import"),
    "in a block": (
        "if True:\n    1 / 0\n    def f(): ...",
        "f is not defined, because answer.py, line 2 raised ZeroDiv",
    ),
    "stopped": (
        "def slow():\n    while True: pass\nf = slow()",
        "f is not defined, because answer.py, line 3 was still running after 0.2 seconds and was stopped.",
    ),
    "unread": ("def f(a, a): ...", "answer.py, line 1: Python cannot read this line: duplicate argument 'a'"),
    "lost": ("import os\nf = os._exit(3)", "answer.py, line 2 ended the whole program (exit status 3)."),
    "elsewhere": ("1 / 0", "answer.py does not define f. Did you rename or delete it?"),
    "inside of a function": ("@nowhere\ndef g():\n    f = 1", "answer.py does not define f."),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_name_is_explained_by_the_statement_that_failed(load: Loader, name: str) -> None:
    source, text = MISSING[name]
    with pytest.raises(StudentFault) as caught:
        load(source, **SHORT).student.f()
    assert caught.value.message.startswith(text)
    assert caught.value.verdict is Verdict.ERRORED and caught.value.ran is ("does not define" in text)


def test_a_function_in_a_broken_cell_is_explained_by_its_syntax_error(load: Loader) -> None:
    code = cells("def g(): return 2", "x = 1\ndef f(:\n    return 1")
    submission = load("", code=code)
    assert submission.student.g() == 2
    with pytest.raises(StudentFault, match=r"line 5: Python cannot read this line: invalid syntax\.$"):
        submission.student.f()


# --- notebooks


def test_a_notebook_runs_as_main_and_its_output_belongs_to_no_case(load: Loader) -> None:
    code = cells(
        "print('experiment')", "if __name__ == '__main__':\n    N = 5", "def f():\n    print('in f')\n    return N"
    )
    submission = load("", code=code)
    assert submission.student.f() == 5
    assert submission.finish().output == "in f\n"


def test_methods_and_constants_may_come_in_later_cells(load: Loader) -> None:
    submission = load(
        "",
        code=cells(
            "CFG = {}\nclass A:\n    pass",
            "CFG['eps'] = 3\ntry:\n    import cupy as np\nexcept ImportError:\n    import numpy as np",
            "def get(self): return CFG['eps'] + float(np.zeros(1)[0])\nA.get = get",
            "for name in ['double']:\n    setattr(A, name, lambda self: 2 * self.get())",
        ),
    )
    assert submission.student.A().get() == 3.0
    assert submission.student.A().double() == 6.0
    assert submission.connection.notes() == ()


def test_of_a_cell_only_the_first_failure_is_shown(load: Loader) -> None:
    submission = load("", code=cells("x = 1 / 0\ny = x + 1\nz = y + 1", "w = z", F))
    assert submission.student.f() == 1
    assert submission.connection.notes() == (
        "answer.py, line 2 raised ZeroDivisionError: division by zero. This line was skipped; the code after it ran.",
        "3 more lines at the top level of your file did not run to the end.",
    )


# --- what a worker says is checked

SOURCES = ModuleSources("answer", {"answer": ("answer.py", b"import nowhere, matplotlib.pyplot as plt, os, numpy\n")})
SPEC = WorkerSpec(Limits(), torch=False, packages=NUMPY)


@pytest.mark.parametrize(
    "fields",
    [
        None,
        [],
        ["answer", 0, 1, "raised", "E", [], []],
        ["other", 0, 1, "raised", "E", "", []],
        ["answer", 0, 1, "lost", "E", "", []],
        ["answer", 0, 1, [], "E", "", []],
        ["answer", "0", 1, "raised", "E", "", []],
        ["answer", True, 1, "raised", "E", "", []],
        ["answer", 0, -1, "raised", "E", "", []],
        ["answer", 0, 1 << 30, "raised", "E", "", []],
        ["answer", 0, 1, "raised", 5, "", []],
        ["answer", 0, 1, "raised", "E", None, []],
        [["answer"], 0, 1, "raised", "E", "", []],
        ["answer", 0, 1, "raised", "E", "", 5],
        ["answer", 0, 1, "raised", "E", "", [5]],
    ],
)
def test_a_malformed_incident_is_a_violation(fields: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        LoadRecord().finish({"incidents": [fields], "skip": []}, SOURCES)


@pytest.mark.parametrize("ranges", [5, [5], [["other", 0, 0]], [["answer", -1, 0]], [["answer", 0, "x"]], [[[], 0, 0]]])
def test_a_malformed_range_is_a_violation(ranges: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        LoadRecord().finish({"incidents": [], "skip": ranges}, SOURCES)


def test_the_texts_and_numbers_of_a_worker_are_bounded() -> None:
    record = LoadRecord()
    incident = ["answer", 0, 1, "raised", "T" * 500, "x" * 500, ["p" * 500] * 9]
    record.finish({"incidents": [incident] * 5000, "skip": [["answer", n, n] for n in range(5000)]}, SOURCES)
    assert record.incidents is not None and len(record.incidents) == 200 and len(record.skip) == 2000
    assert (len(record.incidents[0].type), len(record.incidents[0].text)) == (80, 200)
    assert record.incidents[0].through == ("p" * 80,) * 5
    notes = list(notes_on(record.incidents, SOURCES, SPEC))
    assert len(notes) == MAX_NOTES + 1 and notes[-1].startswith("197 more lines")


def test_the_names_of_packages_come_from_the_source_and_not_from_the_worker() -> None:
    said = [Incident("answer", -1, line, "import", "hidden", "hidden 42") for line in (1, 1, 2, 999)]
    notes = list(notes_on(tuple(said), SOURCES, SPEC))
    assert notes == [
        "answer.py, line 1: nowhere is not available in this assignment, so code that uses it fails. "
        "You can import the standard library and numpy.",
        "Not graded: matplotlib. Calls that draw, show progress or display something do nothing here.",
    ]


def test_the_source_is_parsed_once_however_much_a_worker_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    source = ModuleSources(
        "answer", {"answer": ("answer.py", b"from nowhere import (\n" + b"    a,\n" * 20_000 + b")\n")}
    )
    parsed, parse = [], source_module.ast.parse
    monkeypatch.setattr(source_module.ast, "parse", lambda data: parsed.append(data) or parse(data))
    incidents = tuple(Incident("answer", 0, line, kind) for line in range(1, 101) for kind in ("import", "raised"))
    assert len(list(notes_on(incidents, source, SPEC))) == MAX_NOTES + 2
    assert all(undefined(f"b{number}", incidents, source, SPEC) == "" for number in range(20))
    assert undefined("a", incidents, source, SPEC).startswith("a is not defined, because")
    assert len(parsed) == 1


def test_the_stub_raises_no_note() -> None:
    incident = Incident("answer", 0, 1, "raised", "NotImplementedError", "Task 1: sigmoid")
    assert list(notes_on((incident,), SOURCES, SPEC)) == []


def test_a_lost_worker_is_loaded_again_only_if_that_can_help() -> None:
    record = LoadRecord()
    assert not record.goes_on_after(WorkerLost(LossReason.PROTOCOL), str)
    assert record.goes_on_after(WorkerLost(LossReason.EXITED), str) and record.is_careful
    assert not record.goes_on_after(WorkerLost(LossReason.EXITED), str)  # it named no statement
    record.at = ("answer", 4, 7)
    assert record.goes_on_after(WorkerLost(LossReason.EXITED), lambda place: f"{place}")
    assert record.lost == [Incident("answer", 4, 7, "lost", text="('answer', 7)")] and record.skip == [("answer", 4, 4)]
