"""The assertions of a case: what each accepts, and what a failure holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from bank import LocalFunction

from autograder.checks.assertions import (
    CaseFailed,
    argument_name,
    assert_close,
    assert_matches,
    assert_pure,
    require,
)
from autograder.errors import CaseError
from autograder.messages import say
from autograder.model import Mismatch

A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def failure(check: Any, *arguments: Any, **options: Any) -> CaseFailed:
    with pytest.raises(CaseFailed) as failed:
        check(*arguments, **options)
    return failed.value


def test_assert_close_raises_with_the_mismatch_the_name_and_both_hints() -> None:
    assert_close(A, A.copy())
    failed = failure(assert_close, A * -1 + 4, (A * -1 + 4) * -1, hint="Read the formula.", name="dW")
    assert failed.mismatch == Mismatch("value", "3", "-3", "dW [0, 0]", "5 of 6 entries differ")
    assert failed.hint == say("hint.sign") + " Read the formula."
    assert failed.credit == 0.0
    assert "got 3, want -3 dW [0, 0]" in str(failed)


def test_assert_close_diagnoses_the_array_that_differs() -> None:
    mixed = A - 3.5
    failed = failure(assert_close, {"a": A, "b": 2 * mixed}, {"a": A, "b": mixed})
    assert failed.hint == say("hint.double")
    tensors = failure(assert_close, torch.tensor(mixed) / 2, torch.tensor(mixed))
    assert tensors.hint == say("hint.half")


def test_assert_close_diagnoses_the_array_that_it_reports() -> None:
    mixed = A - 3.5
    failed = failure(assert_close, {2: 2 * mixed, 1: -mixed}, {2: mixed, 1: mixed})
    assert failed.mismatch is not None
    assert failed.mismatch.where == "key 2, [0, 0]"
    assert failed.hint == say("hint.double")


def test_assert_matches_compares_call_by_call() -> None:
    over = [(A,), (A + 1,), (A - 2,)]
    assert_matches(LocalFunction(np.sin), np.sin, over)
    failed = failure(assert_matches, LocalFunction(np.abs), lambda x: x, over, hint="Signs count.")
    assert failed.mismatch == Mismatch("value", "1", "-1", "call 3 of 3, [0, 0]", "1 of 6 entries differs")
    assert failed.hint == say("hint.lost-signs") + " Signs count."
    alone = failure(assert_matches, LocalFunction(np.abs), lambda x: x, over[2:])
    assert alone.mismatch is not None and alone.mismatch.where == "[0, 0]"


def test_assert_matches_knows_the_lengths_of_the_arguments() -> None:
    x = np.random.default_rng(0).normal(size=(7, 3))
    failed = failure(assert_matches, LocalFunction(lambda x: x.sum(axis=0)), lambda x: x.mean(axis=0), [(x,)])
    assert failed.hint == say("hint.times", factor="N")


def test_what_a_function_does_to_its_arguments_reaches_nobody() -> None:
    def spoils(x: Any, nested: Any) -> Any:
        result = x * nested["w"]
        x *= 0
        nested["w"] *= 0
        return result

    constants = (A.copy(), {"w": A.copy()})
    assert_matches(LocalFunction(spoils), lambda x, nested: x * nested["w"], [constants, constants])
    failure(assert_pure, LocalFunction(spoils), *constants)
    assert np.array_equal(constants[0], A) and np.array_equal(constants[1]["w"], A)


@pytest.mark.parametrize("over", [[], [A], [(A,), A]])
def test_assert_matches_wants_tuples(over: Any) -> None:
    with pytest.raises(CaseError, match="tuple of arguments"):
        assert_matches(LocalFunction(np.sin), np.sin, over)


def test_assert_pure_returns_the_result() -> None:
    assert np.array_equal(assert_pure(LocalFunction(lambda x, *, k: x * k), A, k=2), A * 2)


def test_assert_pure_refuses_changes_and_shared_memory() -> None:
    def changes(x: Any, y: Any) -> Any:
        y += 1
        return x + y

    changed = failure(assert_pure, LocalFunction(changes), A, A.copy())
    assert changed.mismatch == Mismatch("effect", "argument 2 changed in place", "all arguments unchanged")
    assert changed.hint == say("hint.changed")
    aliased = failure(assert_pure, LocalFunction(lambda x: x[:1]), A)
    assert aliased.mismatch is not None
    assert aliased.mismatch.got == "a result that shares memory with argument 1"
    assert aliased.hint == say("hint.alias")


@pytest.mark.parametrize(
    ("path", "name"), [("0", "1"), ("11", "12"), ("0['W']", "1['W']"), ("params['W']", "params['W']")]
)
def test_arguments_are_counted_from_one(path: str, name: str) -> None:
    assert argument_name(path) == name


def test_require_speaks_in_the_authors_words() -> None:
    require(np.True_, "never said")
    failed = failure(require, 0.2 > 0.3, "the loss rose at step 12", hint="Look at lr.")
    assert failed.message == "the loss rose at step 12"
    assert failed.mismatch == Mismatch("property", "", "")
    assert failed.hint == "Look at lr."
