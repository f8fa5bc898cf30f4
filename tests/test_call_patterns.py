"""Evidence: what several calls of a failed case say together, and above all when they say nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.checks.assertions import CaseFailed, assert_close
from autograder.grading.call_patterns import hint_of_calls
from autograder.messages import say
from autograder.student.call import RecordedCall, Request
from autograder.student.log import CaseLog

NUMBERS = np.random.default_rng(0).normal(size=(2, 5))
NAMES = {"make": ("n", "seed"), "f": ("x",), "Model.fit": ("x", "seed")}


def call(function: str, *args: Any, result: Any, changed: tuple[str, ...] = (), **kwargs: Any) -> RecordedCall:
    return RecordedCall(function, args, kwargs, result, changed)


def said(*calls: RecordedCall) -> str:
    return hint_of_calls(CaseLog(list(calls)), NAMES)


GROWING = [1.0, 2.0], [1.0, 2.0, 1.0, 2.0]
ONE, OTHER = NUMBERS
NAMED = {
    "a list grows": ([call("f", ONE, result=GROWING[0]), call("f", ONE.copy(), result=GROWING[1])], "hint.grows"),
    "with a call between": (
        [call("f", ONE, result=["a"]), call("make", 5, 1, result=ONE), call("f", ONE, result=["a", "a"])],
        "hint.grows",
    ),
    "two seeds": ([call("make", 5, 1, result=ONE), call("make", 5, 2, result=ONE.copy())], "hint.seed-ignored"),
    "a seed by name": (
        [call("make", 5, seed=1, result=ONE), call("make", 5, seed=2, result=ONE)],
        "hint.seed-ignored",
    ),
    "one seed": ([call("make", 5, 1, result=ONE), call("make", 5, 1, result=OTHER)], "hint.not-repeatable"),
}


@pytest.mark.parametrize(("calls", "name"), NAMED.values(), ids=NAMED.keys())
def test_calls_name_a_mistake(calls: list[RecordedCall], name: str) -> None:
    assert said(*calls) == say(name)


SILENT = {
    "no call": [],
    "one call": [call("make", 5, 1, result=ONE)],
    "more epochs, more costs": [call("f", 2, result=GROWING[0]), call("f", 4, result=GROWING[1])],
    "another beginning": [call("f", ONE, result=[1.0, 2.0]), call("f", ONE, result=[2.0, 1.0, 3.0])],
    "the same list": [call("f", ONE, result=[1.0, 2.0]), call("f", ONE, result=[1.0, 2.0])],
    "an empty list": [call("f", ONE, result=[]), call("f", ONE, result=[1.0])],
    "other functions": [call("f", ONE, result=GROWING[0]), call("g", ONE, result=GROWING[1])],
    "seeds that work": [call("make", 5, 1, result=ONE), call("make", 5, 2, result=OTHER)],
    "the same seed": [call("make", 5, 1, result=ONE), call("make", 5, 1, result=ONE)],
    "too few numbers": [call("make", 5, 1, result=[0.0, 1.0]), call("make", 5, 2, result=[0.0, 1.0])],
    "integers": [call("make", 5, 1, result=np.arange(5)), call("make", 5, 2, result=np.arange(5))],
    "no seed": [call("f", 5, result=ONE), call("f", 5, result=OTHER)],
    "an array that may have changed": [call("Model.fit", ONE, 1, result=ONE), call("Model.fit", ONE, 1, result=OTHER)],
    "in place": [call("make", 5, 1, result=ONE, changed=("0",)), call("make", 5, 1, result=OTHER)],
    "a name that is not known": [call("h", 5, 1, result=ONE), call("h", 5, 2, result=ONE)],
    "two rules": [
        call("f", ONE, result=GROWING[0]), call("f", ONE, result=GROWING[1]),
        call("make", 5, 1, result=ONE), call("make", 5, 2, result=ONE),
    ],
}  # fmt: skip


@pytest.mark.parametrize("calls", SILENT.values(), ids=SILENT.keys())
def test_nothing_is_said_where_it_may_be_chance(calls: list[RecordedCall]) -> None:
    assert said(*calls) == ""


def failure(got: Any, want: Any) -> CaseFailed:
    with pytest.raises(CaseFailed) as failed:
        assert_close(got, want)
    return failed.value


COSTS, WANT = [0.9, 0.7, 0.4, 0.2], [0.9, 0.7, 0.5, 0.3]


def test_costs_that_break_off_are_named() -> None:
    log = CaseLog([call("f", 4, result=COSTS)])
    assert hint_of_calls(log, NAMES, failure(COSTS, WANT)) == say("hint.breaks-off")
    assert hint_of_calls(log, NAMES, failure(COSTS[0:4], WANT)) == say("hint.breaks-off")


@pytest.mark.parametrize(
    "got",
    [[0.9, 0.6, 0.4, 0.2], [0.9, 0.7, 0.5, 0.2], [0.9, 0.7, 0.4, 0.3], [0.9, 0.7, 0.4], np.array(COSTS)],
    ids=["from the second", "one only", "right again", "another length", "an array"],
)
def test_other_costs_are_not(got: Any) -> None:
    assert hint_of_calls(CaseLog([call("f", 4, result=got)]), NAMES, failure(got, WANT)) == ""


def test_results_of_several_calls_do_not_break_off() -> None:
    log = CaseLog([call("f", i, result=cost) for i, cost in enumerate(COSTS)])
    assert hint_of_calls(log, NAMES, failure(COSTS, WANT)) == ""


def logged(*calls: RecordedCall) -> CaseLog:
    """Return a log with the steps that a case keeps of its calls."""
    log = CaseLog()
    for each in calls:
        request = Request(each.function, None, each.function, None, each.args, each.kwargs)
        log.add(each, lambda *parts: str(parts), request=request, printed=(0, 0))
    return log


LOSSES = np.array([0.9, 0.7, 0.4])
WEIGHTS = np.array([[1.0, 2.0], [3.0, 4.0]])


def test_values_in_another_order_are_named() -> None:
    log = logged(call("train", 3, result=(LOSSES, WEIGHTS)))
    assert hint_of_calls(log, NAMES, failure(log.calls[0].result[1], LOSSES)) == say("hint.swapped")
    assert hint_of_calls(log, NAMES, failure(log.calls[0].result[1], LOSSES + 1)) == ""


def test_an_argument_that_comes_back_is_named() -> None:
    log = logged(call("step", WEIGHTS.copy(), 0.1, result=WEIGHTS))
    assert hint_of_calls(log, NAMES, failure(WEIGHTS, WEIGHTS - 1)) == say("hint.unchanged")
    in_place = logged(call("step", WEIGHTS, 0.1, result=WEIGHTS, changed=("0",)))
    assert hint_of_calls(in_place, NAMES, failure(WEIGHTS, WEIGHTS - 1)) == ""
    alike = np.ones(2)
    assert hint_of_calls(logged(call("step", alike, result=alike)), NAMES, failure(alike, alike - 1)) == ""


def test_a_single_value_of_a_loop_is_named() -> None:
    log = logged(call("train", 3, result=(WEIGHTS, [0.9])))
    assert hint_of_calls(log, NAMES, failure(1, 3)) == say("hint.one-value")
    assert hint_of_calls(log, NAMES, failure(2, 3)) == ""
    assert hint_of_calls(logged(call("train", 3, result=WEIGHTS)), NAMES, failure(1, 3)) == ""
