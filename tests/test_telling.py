"""How much a failed case tells: a hint of a known mistake needs numbers that agree by more than chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_known_mistakes import CASE, FAILED, MISTAKE, Rehearsal, log

from autograder.grading.mistakes import KnownMistakes
from autograder.grading.telling import tells_enough
from autograder.model import Case, Mismatch, Outcome, Verdict
from autograder.student.call import RecordedCall

GRID = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, 1.0, 1.0]])


def calls(*results: Any) -> list[RecordedCall]:
    return log(*results).calls


@pytest.mark.parametrize(
    "result", [0.0, 1.0, -10.0, 0.5, 7, "X", True, None, -np.ones((5, 5)), np.zeros(9), [0.5, -0.5]]
)
def test_one_of_few_answers_tells_little(result: Any) -> None:
    assert not tells_enough(FAILED, calls(result))


@pytest.mark.parametrize("result", [0.25, 31, 5.0 / 3.0, float("nan"), [0.5, 0.7], GRID, np.array([8.0, 9.0])])
def test_several_digits_tell_enough(result: Any) -> None:
    assert tells_enough(FAILED, calls(result))


def test_what_is_right_tells_nothing() -> None:
    got, right = calls(0.693147, 0.5), calls(0.693147, -0.5)
    assert tells_enough(FAILED, got)
    assert not tells_enough(FAILED, got, right)
    assert tells_enough(FAILED, calls(0.693147, 0.52), right)


@pytest.mark.parametrize(
    ("end", "enough"),
    [("ValueError: shapes (3,2) and (3,2)", True), ("IndexError", False), ("KeyError: <Node object at 0x7f1c>", False)],
)
def test_an_exception_tells_as_much_as_its_text(end: str, enough: bool) -> None:
    outcome = Outcome("a", Verdict.ERRORED, staff=f"line 3, in run\n{end}")
    assert tells_enough(outcome, calls(1.0)) is enough
    assert tells_enough(outcome, calls(0.693147))


@pytest.mark.parametrize("kind", ["shape", "type", "dtype", "effect"])
def test_how_a_case_failed_tells_enough(kind: str) -> None:
    outcome = Outcome("a", Verdict.FAILED, mismatch=Mismatch(kind, "", ""))
    assert tells_enough(outcome, calls(1.0))


def test_a_small_answer_earns_the_hint_of_a_mistake_that_the_case_was_made_for() -> None:
    assert KnownMistakes([MISTAKE], [CASE], Rehearsal(FAILED, log("X"))).hint(CASE, FAILED, log("X")) == MISTAKE.hint


def test_a_small_answer_earns_no_hint_of_another_task_or_of_two_mistakes() -> None:
    first = Case("first", "f", "", 1.0, visible=True)
    other = _mistake("other", ("first", CASE.id), "Of another task.")
    rival = _mistake("rival", MISTAKE.caught_by, "Just as likely.")
    run = Rehearsal(FAILED, log("X"))
    assert KnownMistakes([other], [first, CASE], run).hint(CASE, FAILED, log("X")) == ""
    assert KnownMistakes([MISTAKE, rival], [CASE], run).hint(CASE, FAILED, log("X")) == ""


def _mistake(name: str, caught_by: tuple[str, ...], hint: str) -> Any:
    return type(MISTAKE)(name, MISTAKE.path, {}, caught_by=caught_by, hint=hint)
