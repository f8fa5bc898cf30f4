"""Numeric slopes: how exact they are, what they say of a kink, and what they accept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.checks.slopes import MAX_ENTRIES, measure

X = np.random.default_rng(4).normal(size=(7, 3))


def total_sin(x: Any) -> float:
    return float(np.sin(x).sum())


def total_relu(x: Any) -> float:
    return float(np.maximum(x, 0).sum())


def test_a_smooth_slope_is_exact() -> None:
    slopes = measure(total_sin, X)
    off = np.abs(slopes.value - np.cos(X).ravel())
    assert slopes.shape == (7, 3)
    assert slopes.index.tolist() == list(range(21))
    assert not slopes.kink.any()
    assert off.max() < 1e-9  # a plain central difference with this step is off by 1e-7


def test_a_slope_that_lost_its_digits_has_a_larger_error() -> None:
    exact, lossy = measure(total_sin, X), measure(lambda x: 3e7 + total_sin(x), X)
    assert np.abs(lossy.value - np.cos(X).ravel()).max() > 1e-6
    assert lossy.error.max() > 1e-6 > exact.error.max()


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e8])
def test_the_step_grows_with_the_entry(size: float) -> None:
    assert measure(lambda x: float((x**2).sum()), np.array([size])).value == pytest.approx(2 * size, rel=1e-9)


def test_a_kink_has_a_slope_on_either_side() -> None:
    slopes = measure(total_relu, np.array([0.0, 1.0, -1.0]))
    assert slopes.kink.tolist() == [True, False, False]
    assert slopes.low[0] == pytest.approx(0)
    assert slopes.high[0] == pytest.approx(1)
    assert slopes.value[1:] == pytest.approx([1, 0])


def test_a_kink_near_the_point_is_not_on_it() -> None:
    slopes = measure(total_relu, np.array([1e-4, -1e-4]))
    assert not slopes.kink.any()
    assert slopes.value == pytest.approx([1, 0])


def test_kinks_do_not_count_in_the_root_mean_square() -> None:
    assert measure(total_relu, np.array([0.0, 1.0, 1.0])).rms == pytest.approx(1)
    assert measure(total_relu, np.array([0.0])).rms == 0


def test_any_slope_between_the_sides_of_a_kink_is_accepted_and_is_the_nearest() -> None:
    slopes = measure(total_relu, np.array([0.0, 1.0, -1.0]))
    for at_zero, wrong, nearest in ((0.5, False, 0.5), (1.0, False, 1.0), (1.1, True, 1.0), (-0.1, True, 0.0)):
        got = np.array([at_zero, 1.0, 0.0])
        assert slopes.wrong_entries(got, largest_rms=slopes.rms).tolist() == [wrong, False, False]
        assert slopes.nearest(got) == pytest.approx([nearest, 1.0, 0.0])


def test_an_entry_is_wrong_by_its_size_and_that_of_the_tensor() -> None:
    slopes = measure(total_sin, X)
    right = np.cos(X)
    for off, wrong in ((1e-6, False), (1e-4, True)):
        got = right.copy()
        got[2, 1] += off
        assert slopes.wrong_entries(got, largest_rms=slopes.rms).sum() == wrong


@pytest.mark.slow
def test_of_a_large_tensor_a_fixed_choice_is_measured_and_two_directions() -> None:
    x = np.random.default_rng(0).normal(size=(60, 50))
    slopes = measure(total_sin, x)
    assert len(slopes.index) == MAX_ENTRIES
    assert len(slopes.directions) == 2
    assert slopes.index.tolist() == measure(total_sin, x).index.tolist()
    assert slopes.index.tolist() != measure(total_sin, x + 1).index.tolist()


def test_a_direction_sees_an_entry_that_was_not_measured() -> None:
    x = np.random.default_rng(0).normal(size=(60, 50))
    slopes = measure(total_sin, x)
    got = np.cos(x)
    assert slopes.wrong_directions(got, largest_rms=slopes.rms) == []
    got.flat[np.setdiff1d(np.arange(x.size), slopes.index)[0]] += 0.1
    assert not slopes.wrong_entries(got, largest_rms=slopes.rms).any()
    assert len(slopes.wrong_directions(got, largest_rms=slopes.rms)) == 2
