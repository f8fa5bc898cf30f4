"""When the answer of a mutant counts as different from that of the solution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.audit.answers import Answer, Difference, difference, first_difference, is_accepted
from autograder.student.call import RecordedCall
from autograder.student.log import CaseLog

ONE = np.array([1.0, 2.0])


def call(result: Any, *, changed: tuple[str, ...] = (), aliases: tuple[str, ...] = ()) -> RecordedCall:
    return RecordedCall("f", (), {}, result, changed, aliases, 0.0)


def answer(result: Any, **effects: tuple[str, ...]) -> Answer:
    return Answer(call(result, **effects))


@pytest.mark.parametrize(
    ("got", "want", "matters"),
    [
        (ONE, ONE * (1 + 1e-12), None),
        (ONE, ONE * (1 + 1e-8), False),
        (ONE, ONE * (1 + 1e-3), True),
        (np.float32(ONE), np.float32(ONE * (1 + 1e-6)), None),
        (np.float32(ONE), np.float32(ONE * (1 + 1e-4)), False),
        (np.float32(ONE), np.float32(ONE * 1.01), True),
        (ONE, ONE[:, None], True),
        ([1, "a"], (1, "a"), None),
        ({"w": ONE}, {"w": ONE + 1}, True),
        (3, 4, True),
    ],
    ids=["rounding", "small", "wrong", "rounding32", "small32", "wrong32", "shape", "list", "dict", "integer"],
)
def test_a_difference_matters_when_a_case_should_catch_it(got: Any, want: Any, matters: bool | None) -> None:
    found = difference(answer(got), answer(want))
    assert (found.matters if found else None) == matters


def test_rounding_is_measured_against_the_largest_entry() -> None:
    want = np.array([1e6, 0.0])
    assert difference(answer(np.array([1e6, 1e-6])), answer(want)) is None


def test_an_exception_differs_from_an_answer_and_from_another_exception() -> None:
    refused = Answer(raised="ValueError", refused=True)
    assert difference(refused, refused) is None
    assert difference(answer(ONE), refused) == Difference("got an answer, want ValueError", matters=True)
    assert difference(Answer(raised="timed_out"), answer(ONE)) == Difference(
        "got timed_out, want an answer", matters=True
    )


def test_a_changed_argument_matters() -> None:
    found = difference(answer(ONE, changed=("0",)), answer(ONE))
    assert found == Difference("it changes 0 in place", matters=True)


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        (answer({"loss": 1.0, "steps": [ONE, None]}), True),
        (answer([1.0, float("nan")]), False),
        (answer(np.array([np.inf])), False),
        (Answer(raised="ValueError", refused=True), True),
        (Answer(raised="IndexError"), False),
    ],
    ids=["finite", "nan", "inf", "refused", "broken"],
)
def test_an_input_counts_when_the_solution_answers_or_refuses_it(given: Answer, accepted: bool) -> None:
    assert is_accepted(given) == accepted


def test_two_logs_differ_where_their_calls_do() -> None:
    log = CaseLog(calls=[call(ONE), call(2.0)])
    assert first_difference(log, CaseLog(calls=[call(ONE), call(2.0)])) == ""
    assert first_difference(log, CaseLog(calls=[call(ONE)])) == "another number of calls"
    assert first_difference(log, CaseLog(calls=[call(ONE), call(2.5)])).startswith("f: value: got 2, want 2.5")
    shared = CaseLog(calls=[call(ONE, aliases=("0",)), call(2.0)])
    assert first_difference(log, shared) == "f changes or shares other arguments"


def test_what_both_change_in_place_is_compared() -> None:
    def running(value: float) -> Answer:
        return Answer(RecordedCall("f", (ONE,), {}, ONE, ("0",), (), after=(ONE * value,)))

    assert difference(running(3.0), running(3.0)) is None
    found = difference(running(3.0), running(2.0))
    assert found is not None and found.matters
    assert found.text.startswith("changed arguments: value: got 3, want 2")
    one, other = (CaseLog(calls=[each.call]) for each in (running(3.0), running(2.0)) if each.call)
    assert first_difference(one, other).startswith("f: changed arguments")


def test_an_item_that_is_the_submissions_own_is_not_compared() -> None:
    got, want = answer((ONE, {"a": 1.0})), answer((ONE, {"b": 2.0}))
    assert difference(got, want) is not None and difference(got, want, {1}) is None
    logs = [CaseLog(calls=[each.call]) for each in (got, want) if each.call]
    assert first_difference(*logs) != "" and first_difference(*logs, {"f": {1}}) == ""
