"""What a student reads where a case breaks at a value that the submission returned."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.grading import unusable
from autograder.messages import say
from autograder.model import Case
from autograder.student.call import HELPER, RecordedCall
from autograder.student.log import CaseLog, Step

CASE = Case("a", "task", "", 1.0, visible=True)


def log_of(function: str, result: Any) -> CaseLog:
    return CaseLog(steps=[Step(RecordedCall(function, (), {}, result), str)])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("fit", say("case.unusable-value", name="fit", what="list", type="TypeError")),
        (HELPER, say("case.unusable", type="TypeError")),
    ],
)
def test_a_function_of_the_case_is_not_named(function: str, message: str) -> None:
    assert unusable.explain(CASE, log_of(function, [1]), TypeError()) == (message, "")


def test_a_missing_return_is_named_whoever_was_called() -> None:
    raised = TypeError("'NoneType' object is not iterable")
    assert unusable.explain(CASE, log_of(HELPER, None), raised)[1] == say("hint.none")
