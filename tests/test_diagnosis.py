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

from autograder.checks.diagnosis import diagnose, named_sizes
from autograder.messages import catalogue, say

WANT = np.random.default_rng(7).normal(size=(7, 3))
SQUARE = np.random.default_rng(8).normal(size=(4, 4))
ROW = np.random.default_rng(9).normal(size=11)
SPARSE = WANT * (WANT > 0)
SIZES = {"N": 7, "C": 3}


def border(want: Any) -> Any:
    got = want.copy()
    got[[0, -1]] += 1
    return got


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
        (np.ones((5, 5)), np.ones((5, 6))),
    ],
)
def test_nothing_is_said_where_nothing_fits_well(got: Any, want: Any) -> None:
    assert diagnose(got, want, sizes=SIZES) == ""


def test_a_sign_flipped_everywhere_needs_both_signs() -> None:
    positive = np.abs(WANT)
    assert diagnose(-positive, positive) == say("hint.some-signs")
    assert diagnose(-positive, positive, others=[(-WANT, WANT)]) == say("hint.sign")


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
