"""The assertions of a case: what each accepts, and what a failure holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from bank import LocalFunction

from autograder.checks.assertions import (
    CaseFailed,
    assert_close,
    assert_falls,
    assert_matches,
    assert_pure,
    changed_only,
    require,
)
from autograder.errors import CaseError
from autograder.messages import say
from autograder.model import Mismatch

A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
MIXED = np.random.default_rng(0).normal(size=(7, 3))  # no length is 2, which a factor of 2 would be mistaken for


def without_entries(failed: CaseFailed) -> Mismatch:
    """Return the mismatch without the entries (``test_entries.py``)."""
    assert failed.mismatch is not None
    return replace(failed.mismatch, entries=None)


def failure(check: Any, *arguments: Any, **options: Any) -> CaseFailed:
    with pytest.raises(CaseFailed) as failed:
        check(*arguments, **options)
    return failed.value


def test_assert_close_raises_with_the_mismatch_the_name_and_both_hints() -> None:
    assert_close(A, A.copy())
    failed = failure(assert_close, A * -1 + 4, (A * -1 + 4) * -1, hint="Read the formula.", name="dW")
    assert without_entries(failed) == Mismatch("value", "3", "-3", "dW[0, 0]", "5 of 6 entries differ")
    assert failed.hint == say("hint.sign") + " Read the formula."
    assert failed.credit == 0.0
    assert "got 3, want -3 dW[0, 0]" in str(failed)


def test_assert_close_diagnoses_the_array_that_differs() -> None:
    mixed = MIXED
    failed = failure(assert_close, {"a": A, "b": 2 * mixed}, {"a": A, "b": mixed})
    assert failed.hint == say("hint.double")
    tensors = failure(assert_close, torch.tensor(mixed) / 2, torch.tensor(mixed))
    assert tensors.hint == say("hint.half")


def test_assert_close_diagnoses_the_array_that_it_reports() -> None:
    mixed = MIXED
    failed = failure(assert_close, {2: 2 * mixed, 1: -mixed}, {2: mixed, 1: mixed})
    assert failed.mismatch is not None
    assert failed.mismatch.where == "[2][0, 0]"
    assert failed.hint == say("hint.double")


def test_assert_matches_compares_call_by_call() -> None:
    over = [(A,), (A + 1,), (A - 2,)]
    assert_matches(LocalFunction(np.sin), np.sin, over)
    failed = failure(assert_matches, LocalFunction(np.abs), lambda x: x, over, hint="Signs count.")
    assert without_entries(failed) == Mismatch("value", "1", "-1", "call 3 of 3, [0, 0]", "1 of 6 entries differs")
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
    assert without_entries(failed) == Mismatch("non-finite", "nan", "nan", "slopes[1]")
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
    failed = changed_only(("params['W']", "lr"))
    wanted = Mismatch("effect", "argument params['W'] changed in place", "all arguments unchanged")
    assert without_entries(failed) == wanted
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
    assert without_entries(changed) == Mismatch("effect", "argument 2 changed in place", "all arguments unchanged")
    assert changed.hint == say("hint.changed")
    aliased = failure(assert_pure, LocalFunction(lambda x: x[:1]), A)
    assert aliased.mismatch is not None
    assert aliased.mismatch.got == "a result that shares memory with argument 1"
    assert aliased.hint == say("hint.alias")


def test_require_speaks_in_the_authors_words() -> None:
    require(np.True_, "never said")
    failed = failure(require, 0.2 > 0.3, "the loss rose at step 12", hint="Look at lr.")
    assert failed.message == "the loss rose at step 12"
    assert without_entries(failed) == Mismatch("property", "", "")
    assert failed.hint == "Look at lr."


# --- hints of authors

ELSEWHERE = [
    (None, A),
    (A.tolist(), A),
    ("2.0", 2.0),
    (A[0], A),
    ([1.0], [1.0, 2.0]),
    ({"a": 1.0}, {"b": 1.0}),
    (A > 0, A),
]


@pytest.mark.parametrize(("got", "want"), ELSEWHERE)
def test_an_author_s_hint_does_not_explain_a_type_a_shape_or_a_dtype(got: Any, want: Any) -> None:
    assert "Read the formula." not in failure(assert_close, got, want, hint="Read the formula.").hint
    function = LocalFunction(lambda: got)
    assert (
        "Read the formula." not in failure(assert_matches, function, lambda: want, [()], hint="Read the formula.").hint
    )


@pytest.mark.parametrize(("got", "want"), [(A + 1, A), (A * np.nan, A), (3, 2), ("a", "b"), ([1.0, 2.0], [1.0, 3.0])])
def test_an_author_s_hint_explains_values(got: Any, want: Any) -> None:
    assert failure(assert_close, got, want, hint="Read the formula.").hint == "Read the formula."


def test_a_value_of_another_type_is_explained() -> None:
    assert failure(assert_close, None, A).hint == say("hint.none")
    assert failure(assert_close, [1.0, None], [1.0, 2.0]).hint == say("hint.none")
    assert failure(assert_close, (A, A.tolist()), (A, A)).hint == say("hint.list")
    assert failure(assert_close, [torch.tensor(0.5)], [0.5]).hint == say("hint.item")


def test_a_list_of_numbers_is_diagnosed_as_an_array() -> None:
    costs = [0.7, 0.5, 0.4, 0.3, 0.2]
    assert failure(assert_close, [2 * cost for cost in costs], costs).hint == say("hint.double")
    assert failure(assert_close, 2 * costs[0], costs[0]).hint == ""


def test_a_factor_that_an_earlier_call_does_not_have_is_not_named() -> None:
    doubled = LocalFunction(lambda x, right: x if right else 2 * x)
    calls = [(MIXED, True), (MIXED, False)]
    assert failure(assert_matches, doubled, lambda x, right: x, calls[1:]).hint == say("hint.double")
    assert failure(assert_matches, doubled, lambda x, right: x, calls).hint == ""


@pytest.mark.parametrize(
    ("name", "labels", "where"),
    [
        ("", (), "[1]"),
        ("costs", (), "costs[1]"),
        ("the new costs", (), "the new costs [1]"),
        ("cost of epoch {}", (375, 376), "cost of epoch 376"),
        ("the point {}", ("(0, 0)", "(0, 1)"), "the point (0, 1)"),
    ],
)
def test_a_place_is_written_as_code_or_with_its_label(name: str, labels: tuple[object, ...], where: str) -> None:
    with pytest.raises(CaseFailed) as caught:
        assert_close([1.0, 2.0], [1.0, 3.0], name=name, labels=labels)
    assert caught.value.mismatch is not None
    assert caught.value.mismatch.where == where


def test_a_list_of_another_length_has_no_label() -> None:
    with pytest.raises(CaseFailed) as caught:
        assert_close([1.0], [1.0, 3.0], name="cost of epoch {}", labels=(375, 376))
    assert without_entries(caught.value) == Mismatch("shape", "1 item", "2 items")


def test_losses_must_fall_at_every_step() -> None:
    assert_falls([3.0, 2.0, 1.0], name="losses")
    assert_falls([3.0], name="losses")
    for values, got, where in (
        ([3.0, 3.0, 1.0, 2.0], "no fall at 2 of 3 steps", "losses[1]"),
        (np.array([2.0, float("nan")]), "no fall at 1 of 1 step", "losses[1]"),
    ):
        with pytest.raises(CaseFailed) as caught:
            assert_falls(values, name="losses")
        assert without_entries(caught.value) == Mismatch("property", got, "a fall at every step", where)
