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
    changed_only,
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


def test_nan_on_both_sides_fails_and_says_what_an_author_may_write() -> None:
    failed = failure(assert_close, [1.0, np.nan], [1.0, np.nan], name="slopes")
    assert failed.mismatch == Mismatch("non-finite", "nan", "nan", "slopes item 1")
    assert failed.message == say("compare.wanted", what="nan")
    assert failed.staff.endswith("write nan=True.")
    assert_close(np.nan, np.nan, nan=True)
    assert_close(A * np.inf, A * np.inf, inf=True)
    assert failure(assert_close, A * np.inf, A * np.inf, nan=True).staff.endswith("write inf=True.")


def test_a_result_that_is_not_finite_is_no_fault_of_the_wanted_value() -> None:
    failed = failure(assert_close, A * np.nan, A)
    assert failed.mismatch is not None and failed.mismatch.kind == "non-finite"
    assert (failed.message, failed.staff) == ("", "")
    failed = failure(assert_close, [A, A], [A + 1, A * np.nan])
    assert failed.mismatch is not None and failed.mismatch.kind == "value"
    assert (failed.message, failed.staff) == ("", "")


def test_nan_from_the_reference_must_be_allowed_too() -> None:
    def spoilt(x: Any) -> Any:
        return x * np.nan

    failed = failure(assert_matches, LocalFunction(spoilt), spoilt, [(A,)])
    assert failed.message == say("compare.wanted", what="nan")
    assert_matches(LocalFunction(spoilt), spoilt, [(A,)], nan=True)
    assert_matches(LocalFunction(lambda x: x * np.inf), lambda x: x * np.inf, [(A,)], inf=True)


def test_a_change_alone_costs_a_quarter() -> None:
    failed = changed_only(("0['W']", "lr"))
    assert failed.mismatch == Mismatch("effect", "argument 1['W'] changed in place", "all arguments unchanged")
    assert failed.credit == 0.75 and "25 %" in failed.message and failed.hint == say("hint.changed")


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
