"""The fingerprint: what is the same computation, what is another, and what cannot be told."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from autograder.checks.fingerprint import fingerprint


def scaled(factor: Any) -> Callable[[Any], Any]:
    return lambda x: factor * x


def defaulted(factor: Any) -> Callable[[Any], Any]:
    return lambda x, *, factor=factor: factor * x


DIFFERENT = [
    (1, 1.0),
    (1, True),
    ("1", b"1"),
    ([1, 2], (1, 2)),
    ([[1], 2], [[1, 2]]),
    (["a", "b"], ["ab"]),
    (np.zeros(2), np.zeros(3)),
    (np.zeros(2), np.zeros(2, np.float32)),
    (np.zeros((2, 3)), np.zeros((3, 2))),
    (np.zeros(2), torch.zeros(2, dtype=torch.float64)),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),  # the order may count
    (scaled(2), scaled(3)),
    (defaulted(2), defaulted(3)),
    (partial(math.pow, 2), partial(math.pow, 3)),
    (math.sin, math.cos),
    (np.sin, np.cos),
    (int, float),
    (math, np),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_contents_have_different_fingerprints(one: Any, other: Any) -> None:
    assert None not in (fingerprint(one), fingerprint(other))
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(
    "build",
    [
        lambda: [1, "a", {"x": (None, 2j)}],
        lambda: np.arange(6.0).reshape(2, 3),
        lambda: torch.arange(6.0),
        lambda: scaled(np.ones(2)),
        lambda: partial(scaled(2), 3),
    ],
)
def test_equal_contents_have_equal_fingerprints(build: Callable[[], Any]) -> None:
    assert fingerprint(build()) == fingerprint(build()) is not None


def in_a_circle() -> list[Any]:
    circle: list[Any] = []
    circle.append(circle)
    return circle


def closes_over_nothing_yet() -> Callable[[], Any]:
    def function() -> Any:
        return later

    kept = function
    if kept is None:
        later = 1
    return kept


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, [object()], np.array([object()]), in_a_circle(), closes_over_nothing_yet()]
)
def test_what_cannot_be_told_has_no_fingerprint(value: Any) -> None:
    assert fingerprint(value) is None
