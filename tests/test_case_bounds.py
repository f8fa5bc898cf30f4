"""The grader's memory and time are bounded by what a case may compute, and not by what a submission answers."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Connect, Load
from tiny_course import SOLUTION, graded, line, make

from autograder.grading import case_bounds
from autograder.guest import trees, wire
from autograder.messages import say
from autograder.model import Verdict
from autograder.student.faults import StudentFault
from autograder.student.handle import StudentCode
from autograder.workers.supervisor import Supervisor

MIB = 2**20

# A property that two answers must have. If their shapes broadcast, the case makes a table of all pairs.
PROPERTY = '''
@task("double", points=6)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_double_of_any(student, size):
    """Twice five is more than twice four."""
    require(bool(np.all(student.double(np.full(size, 4.0)) < student.double(np.full(size, 5.0)))), "It is not more.")


@task("total", points=5)
def test_total_of_any(student):
    """Ones are added up."""
    assert_close(student.total(np.ones(5)), 5.0)
'''


def fault_of(student: StudentCode, *args: Any) -> StudentFault:
    with pytest.raises(StudentFault) as caught:
        student.f(*args)
    return caught.value


def doubled(body: str) -> str:
    return SOLUTION.replace("    return 2 * x", textwrap.indent(textwrap.dedent(body), "    "))


# --- what a case computes


def test_two_answers_that_broadcast_to_gigabytes_are_too_large_to_compare(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_bounds, "CASE_MIB", 100)  # the table has 256 MiB: on an old grader the test must end, too
    body = """
    if x[0] == 2.0:
        return 2 * x
    return np.full((1 << 14, 1), 8.0) if x[0] == 4.0 else np.full(1 << 14, 10.0)
    """
    [report] = graded(make(tmp_path, hidden=PROPERTY, mistakes={}), doubled(body), supervisor=supervisor)
    assert line(report, "double_of_any[1]").verdict is Verdict.CRASHED
    assert line(report, "double_of_any[1]").message == say("case.too-large")
    assert line(report, "total_of_any").verdict is Verdict.PASSED


def test_the_bound_is_for_the_case_alone() -> None:
    with case_bounds.bounded():
        pass
    assert np.ones(300 * MIB // 8).nbytes == 300 * MIB


def test_a_case_may_allocate_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_bounds, "CASE_MIB", 300)
    with case_bounds.bounded():
        assert np.ones(200 * MIB // 8).nbytes == 200 * MIB
        with pytest.raises(MemoryError):
            np.ones(400 * MIB // 8)


# A case that takes time with the square of an answer's length, as a loop over all pairs does.
PAIRS = (
    PROPERTY[: PROPERTY.index("    require")]
    + """    got = student.double(np.full(size, 4.0)).tolist()
    require(all(abs(a - b) < 9 for a in got for b in got), "They differ.")
"""
    + PROPERTY[PROPERTY.index("\n\n@task") :]
)


@pytest.mark.slow
@pytest.mark.parametrize("fixture", ["", ", tmp_path"])  # with it, the case runs through pytest
def test_a_case_that_computes_too_long_ends(
    fixture: str, tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_bounds, "CASE_S", 0.5)
    body = "return 2 * x if x[0] == 2.0 else np.full(20_000, 8.0)"
    hidden = PAIRS.replace("(student, size)", f"(student, size{fixture})")
    [report] = graded(make(tmp_path, hidden=hidden, mistakes={}), doubled(body), supervisor=supervisor)
    assert line(report, "double_of_any[1]").verdict is Verdict.CRASHED
    assert line(report, "double_of_any[1]").message == say("case.too-large")
    assert line(report, "total_of_any").verdict is Verdict.PASSED


# --- what it receives


def test_an_answer_of_many_small_entries_is_as_large_as_one_of_floats(load: Load) -> None:
    student = load("import numpy as np\ndef f(n): return np.zeros(n, np.uint8)\n")
    assert student.f(2 * MIB).size == 2 * MIB
    fault = fault_of(student, 2 * MIB + 1)
    assert fault.verdict is Verdict.ERRORED and "returned too much data" in fault.message


def test_the_answers_of_one_case_are_bounded_together(load: Load) -> None:
    """A case may keep all of them, as arrays or as sets of tuples."""
    student = load("import numpy as np\ndef f(): return np.zeros(2 << 20, np.uint8)\n")
    for _ in range(4):
        student.f()
    fault = fault_of(student)
    assert fault.verdict is Verdict.CRASHED
    assert fault.message == say("worker.too-large", call="f()")


def test_an_author_may_raise_the_size_of_an_answer(load: Load) -> None:
    student = load("import numpy as np\ndef f(n): return np.zeros(n, np.uint8)\n", result_mib=32)
    assert student.f(4 * MIB).size == 4 * MIB


def test_a_decoder_counts_entries_and_not_only_bytes() -> None:
    tree = {"n": ["u1", [1000], 0, 1000]}
    assert wire.Decoder(bytes(1000), max_body=8000).value(tree).size == 1000
    with pytest.raises(wire.WireError):
        wire.Decoder(bytes(1000), max_body=7999).value(tree)
    with pytest.raises(trees.Unsendable):
        wire.Encoder(lambda value: None, max_body=7999).tree(np.zeros(1000, np.uint8))


# --- what a function of the case is given


def test_a_function_of_the_case_is_given_at_most_a_mebibyte(connect: Connect) -> None:
    submission = connect("import numpy as np\ndef f(g, n): return g(np.zeros(n))\n")
    given: list[int] = []
    student = submission.student
    student.f(lambda x: given.append(x.size), wire.MAX_CALLBACK // 8)
    fault = fault_of(student, lambda x: given.append(x.size), wire.MAX_CALLBACK // 8 + 1)
    assert given == [wire.MAX_CALLBACK // 8]
    assert fault.verdict is Verdict.ERRORED


def test_a_forged_callback_of_more_is_a_violation() -> None:
    head = wire.HEAD.pack(wire.MAGIC, wire.Kind.CB, 2, wire.MAX_CALLBACK + 1)
    with pytest.raises(wire.WireError):
        wire.unpack_head(head, max_body=16 * MIB)
    assert wire.unpack_head(wire.HEAD.pack(wire.MAGIC, wire.Kind.VALUE, 2, 2 * MIB), max_body=16 * MIB)


def test_what_all_callbacks_are_given_is_bounded_together(load: Load) -> None:
    student = load("import numpy as np\ndef f(g):\n    for _ in range(200): g(np.zeros(1 << 17))\n")
    fault = fault_of(student, lambda x: 0)
    assert fault.verdict is Verdict.CRASHED and "too large to compare" in fault.message
