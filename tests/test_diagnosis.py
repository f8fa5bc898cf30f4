"""Diagnosis: which mistake is named, and above all when nothing is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.checks.assertions import CaseFailed, assert_falls
from autograder.checks.diagnosis import diagnose, named_sizes
from autograder.checks.forms import diagnose_type
from autograder.messages import catalogue, say

WANT = np.random.default_rng(7).normal(size=(7, 3))
SQUARE = np.random.default_rng(8).normal(size=(4, 4))
ROW = np.random.default_rng(9).normal(size=11)
ANTISYMMETRIC = SQUARE - SQUARE.T
SPARSE = WANT * (WANT > 0)
SIZES = {"N": 7, "C": 3}
PROBABILITIES = np.random.default_rng(10).uniform(0.05, 0.95, size=(7, 3))
PAIR = np.array([-0.625, 1.0])
BITS = np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0])
LABELS = np.array([[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])


def border(want: Any) -> Any:
    got = want.copy()
    got[[0, -1]] += 1
    return got


def one_row(want: Any, index: int) -> Any:
    """As if the maximum of one row were used for all of them."""
    top = want.max(axis=1, keepdims=True)
    return want + (top - top[index])


def end(want: Any, index: int) -> Any:
    got = want.copy()
    got[:, index] += 1
    return got


@pytest.mark.parametrize(
    ("got", "want", "name", "factor"),
    [
        (-WANT, WANT, "hint.sign", ""),
        (2 * WANT, WANT, "hint.double", ""),
        (WANT / 2, WANT, "hint.half", ""),
        (WANT / np.log(2), WANT, "hint.log2", ""),
        (7 * WANT, WANT, "hint.times", "N"),
        (WANT / 7, WANT, "hint.over", "N"),
        (21 * WANT, WANT, "hint.times", "N·C"),
        (WANT / 3, WANT, "hint.over", "C"),
        (WANT * 7 / 3, WANT, "hint.wrong-axis", ""),
        (WANT * 3 / 7, WANT, "hint.wrong-axis", ""),
        ((7 * WANT).astype(np.float32), WANT, "hint.times", "N"),
        (0 * WANT, WANT, "hint.zeros", ""),
        (np.round(WANT, 2), WANT, "hint.rounded", ""),
        (np.round(WANT, 2).astype(np.float32), WANT, "hint.rounded", ""),
        (WANT.astype(int), WANT, "hint.integers", ""),
        (SQUARE.T, SQUARE, "hint.transposed", ""),
        (WANT.T, WANT, "hint.transposed", ""),
        (WANT[::-1, ::-1], WANT, "hint.flipped", ""),
        (np.abs(WANT), WANT, "hint.lost-signs", ""),
        (WANT * np.where(np.arange(3) == 1, -1, 1), WANT, "hint.some-signs", ""),
        (np.where(WANT > 0, 0, WANT), WANT, "hint.zero-entries", ""),
        (SPARSE + 0.1 * (SPARSE == 0), SPARSE, "hint.should-be-zero", ""),
        (WANT * (WANT <= 0), SPARSE, "hint.inverted", ""),
        (border(WANT), WANT, "hint.border", ""),
        (end(WANT, 0), WANT, "hint.first", ""),
        (end(WANT, -1), WANT, "hint.last", ""),
        (ROW[None], ROW, "hint.extra-axis", ""),
        (ROW[:, None], ROW, "hint.extra-axis", ""),
        (ROW, ROW[:, None], "hint.right-values", ""),
        (ROW[None], ROW[:, None], "hint.right-values", ""),
        (ROW - ROW[:, None], ROW, "hint.n-by-n", ""),
        (ROW - ROW[:, None], ROW[:, None], "hint.n-by-n", ""),
        (WANT, WANT.sum(axis=0), "hint.not-summed", ""),
        (WANT.sum(axis=0), WANT, "hint.over-reduced", ""),
        (np.array(WANT.sum()), WANT, "hint.over-reduced", ""),
        (WANT[0:-0], WANT, "hint.empty", ""),
        (ROW[:1], ROW, "hint.first-only", ""),
        (WANT[:-1], WANT, "hint.one-short", ""),
        (np.vstack([WANT, WANT[:1]]), WANT, "hint.one-more", ""),
        (np.broadcast_to(WANT / 3, (3, *WANT.shape)), WANT, "hint.not-summed", ""),
        (np.stack([WANT - 1, WANT + 1]), WANT, "hint.not-averaged", ""),
        (np.full(5, 0.625), 0.625 * 0.9 ** np.arange(5), "hint.constant", ""),
        (WANT + 3e-7 * WANT[::-1], WANT, "hint.precision", ""),
        (WANT / (1 + 1e-6 * (1 + np.abs(WANT))), WANT, "hint.precision", ""),
        (np.round(WANT, 6), WANT, "hint.rounded", ""),
        (one_row(WANT, 0), WANT, "hint.one-right", ""),
        (one_row(WANT, 4), WANT, "hint.one-right", ""),
        (np.vstack([WANT[:-1], 0 * WANT[:1]]), WANT, "hint.last", ""),
        (2 * PAIR, PAIR, "hint.double", ""),
    ],
)
def test_mistakes_are_named(got: Any, want: Any, name: str, factor: str) -> None:
    assert diagnose(got, want, sizes=SIZES) == say(name, factor=factor)


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (WANT, WANT),
        (WANT + 1e-9, WANT),
        (1.75 * WANT, WANT),
        (5 * WANT, WANT),
        (WANT + 1, WANT),
        (np.random.default_rng(0).normal(size=(7, 3)), WANT),
        (np.random.default_rng(0).normal(size=(4, 4)), SQUARE),
        (np.where(np.arange(21).reshape(7, 3) == 4, 0, WANT), WANT),
        (np.full((7, 3), np.nan), WANT),
        (WANT + 0j, WANT),
        (np.ones((7, 3), dtype=bool), WANT > 0),
        (np.array(["a"]), np.array(["b"])),
        (np.array(2.0), np.array(1.0)),
        (np.array([7.0]), np.array([1.0])),
        (np.array([14.0, 7.0]), np.array([2.0, 1.0])),
        (np.array([7.0, 14.0, 0.0]), np.array([1.0, 2.0, 0.0])),
        (np.arange(4), np.arange(4)[::-1]),
        (-np.arange(4), np.arange(4)),
        (np.empty((0, 3)), np.empty((0, 2))),
        (np.empty((0, 3)), np.empty((0, 3))),
        (np.ones((2, 3)), np.ones(5)),
        (np.zeros((7, 3)), np.zeros((7, 3))),
        # by chance: everything is wanted to be zero, or one of two numbers, or there are too few
        (np.array([0.1, 0.2, 0.3, 0.4]), np.zeros(4)),
        (np.array([0.1, 0.0, 0.3, 0.4]), np.zeros(4)),
        (np.ones(6), BITS),
        (np.zeros(6), BITS),
        (np.array(0.0), np.array(0.853333)),
        (np.zeros(2), np.array([0.375, 0.853333])),
        (np.array([[0.0, 1.0], [0.0, 3.0]]), np.array([[4.0, 1.0], [8.0, 3.0]])),
        (2 * BITS, BITS),
        (1 - BITS, BITS),
        (-LABELS, LABELS),
        (np.abs(LABELS), LABELS),
        (LABELS[::-1, ::-1], LABELS),
        (np.eye(3)[[1, 2, 0]], np.eye(3)[[2, 0, 1]]),
        (np.array(0.0), np.array(0.4)),
        (np.array(0.8), np.array(0.4)),
        (np.array([0.0, 0.0]), np.array([1.0, 2.0])),
        (np.array([2.0, 4.0]), np.array([1.0, 2.0])),
        (np.full(5, 0.4), np.full(5, 0.2)),
        # nearly right, but no rounding: a factor, a training one step ahead, a single number, another formula
        (WANT * (1 + 1e-5), WANT),
        (np.abs(WANT) * np.linspace(1.0001, 1.0009, 21).reshape(7, 3), np.abs(WANT)),
        (np.array(0.693181), np.array(0.693147)),
        (WANT + 1e-3, WANT),
        # two patterns fit
        (border(ROW[:3]), ROW[:3]),
        (-ANTISYMMETRIC, ANTISYMMETRIC),
        # an empty array where one is wanted, one right row by chance
        (np.empty((0, 3)), np.empty((0, 4))),
        (np.vstack([WANT[:1], np.where(np.arange(3) == 1, WANT[1:], 0.5)]), WANT),
        (np.vstack([WANT[:1], WANT[1:2] + 1]), WANT[:2]),
        (np.ones((5, 5)), np.ones((5, 6))),
    ],
)
def test_nothing_is_said_where_nothing_fits_well(got: Any, want: Any) -> None:
    assert diagnose(got, want, sizes=SIZES) == ""


@pytest.mark.parametrize(("names", "got"), [(("N", "C"), 2 * WANT), (("N", "C"), WANT / 2)])
def test_a_factor_that_is_a_constant_and_a_length_is_not_named(names: tuple[str, str], got: Any) -> None:
    assert diagnose(got, WANT, sizes={names[0]: 7, names[1]: 3}) != ""
    assert diagnose(got, WANT, sizes={names[0]: 2, names[1]: 3}) == ""


def test_a_factor_of_one_call_is_not_one_of_all() -> None:
    """A call before it was right. A length can differ from call to call, a constant cannot."""
    assert diagnose(2 * WANT, WANT, right=[WANT]) == ""
    assert diagnose(2 * WANT, WANT, right=[0 * WANT]) == say("hint.double")
    assert diagnose(7 * WANT, WANT, right=[WANT], sizes=SIZES) == say("hint.times", factor="N")


def test_zeros_are_named_if_the_whole_answer_is_zero() -> None:
    """A bias that stays at its start is another mistake."""
    pairs = [(0 * WANT, WANT)]
    assert diagnose(0 * PAIR, PAIR, others=pairs) == say("hint.zeros")
    assert diagnose(0 * PAIR, PAIR, others=[(WANT, WANT)]) == ""


FORMS = [
    (None, 1.0, "hint.none"),
    (None, WANT, "hint.none"),
    (None, [1.0], "hint.none"),
    ((WANT,), WANT, "hint.comma"),
    ((2.5,), 1.0, "hint.comma"),
    (ROW.tolist(), ROW, "hint.list"),
    ([[1, 2, 3]] * 7, WANT, "hint.list"),
    (list(WANT), WANT, "hint.list"),
    (torch.tensor(1.0), 1.0, "hint.item"),
    (torch.ones(1, 1), 1, "hint.item"),
    (ROW, float(ROW.sum()), "hint.not-summed"),
    (WANT, float(WANT.mean()), "hint.not-averaged"),
    (torch.tensor([1.0, 5.0]), 3.0, "hint.not-averaged"),
    (np.array([2.5]), 2.5, "hint.array-of-one"),
    (float(ROW.mean()), ROW, "hint.over-reduced"),
    (0.25, [1.0, 0.5, 0.25], "hint.last-only"),
    ([1.0], [1.0, 0.5, 0.25], "hint.first-only"),
    ([0.9], [1.0, 0.5, 0.25], "hint.one-value"),
    (ROW.tolist()[:-1], ROW.tolist(), "hint.one-short"),
    ([*ROW.tolist(), 9.0], ROW.tolist(), "hint.one-more"),
    ((3, (2, 2), 4), ((2, 2), 3, 4), "hint.swapped"),
    # near misses
    ((3, 3, 4), (4, 3, 3), ""),
    ((np.array([1e-17]), np.array([[2.0]])), (np.array([[2.0]]), np.array([0.0])), "hint.swapped"),
    (float(ROW.mean()) + 1, ROW, ""),
    (0.5, [1.0, 0.5, 0.25], ""),
    (0.25, [0.25], ""),
    (torch.tensor([0.5]), 3.0, ""),  # a row of a result that has one part too few
    ([0.9], [1.0, 0.5], ""),
    (np.array([2.4]), 2.5, ""),
    (None, None, ""),
    ((WANT,), (WANT,), ""),
    ((WANT, WANT), WANT, ""),
    (("a",), WANT, ""),
    ([[1.0], [1.0, 2.0]], WANT, ""),
    (["a", "b"], WANT, ""),
    ([1.0, 2.0], torch.ones(2), ""),
    ([WANT, WANT], WANT, ""),
    ([1.0, 2.0], ROW, ""),
    (tuple(ROW.tolist()), ROW, ""),
    (torch.ones(2), 1.5, ""),
    (torch.ones(2), ROW, ""),
    ("1.0", 1.0, ""),
]


@pytest.mark.parametrize(("got", "want", "name"), FORMS)
def test_a_value_of_another_type(got: Any, want: Any, name: str) -> None:
    assert diagnose_type(got, want) == (say(name) if name else "")


def test_a_sign_flipped_everywhere_is_no_absolute_value() -> None:
    positive = np.abs(WANT)
    assert diagnose(-positive, positive) == say("hint.sign")
    assert diagnose(positive, -positive) == ""
    assert diagnose(positive, -positive, others=[(-WANT, WANT)]) == say("hint.sign")


@pytest.mark.parametrize(
    ("ratio", "name"),
    [
        (-1.0, "hint.sign"),
        (0.5, "hint.half"),
        (np.log(2), "hint.log-base"),
        (1 / np.log(10), "hint.log-base"),
        (1.5, ""),
    ],
)
def test_a_single_number_with_many_digits_has_a_ratio_not_by_chance(ratio: float, name: str) -> None:
    assert diagnose(np.array(ratio * 0.928149), np.array(0.928149)) == (say(name) if name else "")
    assert diagnose(np.array(ratio * 0.25), np.array(0.25)) == ""


@pytest.mark.parametrize(
    ("got", "name"),
    [
        (np.sqrt(PROBABILITIES), "hint.root"),
        (PROBABILITIES**2, "hint.square"),
        (1 - PROBABILITIES, "hint.complement"),
        (PROBABILITIES * np.arange(1.0, 8.0)[:, None], "hint.row-factors"),
    ],
)
def test_other_formulas_are_named(got: Any, name: str) -> None:
    assert diagnose(got, PROBABILITIES) == say(name)


def test_an_end_needs_right_numbers_that_are_no_zeros_and_ones() -> None:
    want = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
    got = want + np.array([[0.3, 0.0, 0.0], [0.2, 0.0, 0.0]])
    assert diagnose(got, want) == ""


def test_a_short_array_needs_another_with_the_same_ratio() -> None:
    got, want = np.array([7.0]), np.array([1.0])
    assert diagnose(got, want, sizes=SIZES, others=[(WANT, WANT)]) == ""
    assert diagnose(got, want, sizes=SIZES, others=[(7 * WANT, WANT)]) == say("hint.times", factor="N")
    assert diagnose(got, want, sizes=SIZES, others=[(7 * WANT, WANT.T), (WANT + 0j, WANT)]) == ""


def test_lengths_of_one_name_nothing() -> None:
    assert diagnose(3 * WANT, WANT, sizes={"N": 1, "C": 3}) == say("hint.times", factor="C")
    assert diagnose(WANT / 3, WANT, sizes={"N": 3, "C": 1}) == say("hint.over", factor="N")
    assert diagnose(3 * WANT, WANT, sizes={"N": 1, "C": 1}) == ""


def test_without_sizes_those_of_the_array_count() -> None:
    assert diagnose(7 * WANT, WANT) == say("hint.times", factor="N")
    assert diagnose(5 * WANT, WANT) == ""


def test_of_a_gradient_the_loss_is_asked_after() -> None:
    assert diagnose(7 * WANT, WANT, sizes=SIZES, gradient=True) == say("hint.gradient-times", factor="N")
    assert diagnose(WANT / 7, WANT, sizes=SIZES, gradient=True) == say("hint.over", factor="N")


def test_a_mean_over_a_batch_of_images() -> None:
    db = np.array([1.0, -2.0, 0.5])
    sizes = named_sizes([np.zeros((2, 3, 5, 4))])
    assert diagnose(db / 40, db, sizes=sizes) == say("hint.over", factor="N·H·W")


@pytest.mark.parametrize(
    ("arguments", "sizes"),
    [
        ([], {}),
        ([3, "a", None, np.float64(2), np.array(1.0)], {}),
        ([0.1, np.zeros(5)], {"N": 5}),
        ([np.zeros((7, 3)), np.zeros((3, 2))], {"N": 7, "C": 3}),
        ([torch.zeros(2, 3, 5, 4)], {"N": 2, "C": 3, "H": 5, "W": 4}),
        ([np.zeros((2, 3, 4))], {"N": 2}),
    ],
)
def test_sizes_are_named_after_the_first_array(arguments: Any, sizes: dict[str, int]) -> None:
    assert named_sizes(arguments) == sizes


ANY = hnp.arrays(
    dtype=st.sampled_from([np.float64, np.float32, np.int64, np.bool_, np.complex128]),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3),
)


@given(ANY, ANY)
def test_any_two_arrays_can_be_diagnosed(got: Any, want: Any) -> None:
    assert isinstance(diagnose(got, want), str)
    assert isinstance(diagnose(got, got), str)


@given(hnp.arrays(np.float64, (6, 5), elements=st.floats(-3, 3)), st.sampled_from([np.sin, np.exp, np.cbrt]))
def test_unrelated_values_are_not_called_a_ratio(want: Any, change: Callable[[Any], Any]) -> None:
    said = diagnose(change(want) + 0.3, want)
    assert said not in {say(name, factor=factor) for name in ("hint.times", "hint.over") for factor in ("N", "C")} or (
        len(np.unique(want)) < 3
    )


def test_a_hint_has_no_place_for_a_value() -> None:
    """Neither inputs nor wanted values stand in a hint, so it may be shown for a hidden case."""
    hints = {name: text for name, text in catalogue("en").items() if name.startswith("hint.")}
    assert len(hints) > 25
    assert {name for name, text in hints.items() if "{" in text} == {"hint.times", "hint.gradient-times", "hint.over"}
    assert not [name for name, text in hints.items() if "{" in text.replace("{factor}", "")]


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.cumsum(np.arange(4.0).reshape(2, 2), axis=0), np.array([2.0, 4.0])),  # no table of pairs
        (np.ones((4, 2)), np.array([0.6, 0.5])),  # an answer in the place of another one
        (np.array([0.6, 0.5]), WANT[:4, :2]),
        (ROW[:2] + 1, ROW),
        (np.full(5, 0.6), 0.625 * 0.9 ** np.arange(5)),
    ],
)
def test_a_shape_alone_explains_nothing(got: Any, want: Any) -> None:
    assert diagnose(got, want) == ""


def test_losses_that_never_change_are_named() -> None:
    with pytest.raises(CaseFailed) as failed:
        assert_falls([2.0, 2.0, 2.0], name="losses")
    assert failed.value.hint == say("hint.constant")
    with pytest.raises(CaseFailed) as failed:
        assert_falls([2.0, 2.0, 1.0], name="losses")
    assert failed.value.hint == ""
