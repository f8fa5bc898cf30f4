"""Numeric slopes of a float64 function, each with an estimate of its error.

A slope is a central difference, extrapolated once (L. F. Richardson, Phil. Trans. R. Soc. A 210, 1911). The two steps
of the extrapolation also show how exact the slope is and whether the point lies on a kink; there, any slope between
those of the two sides is right.

The tolerance of a whole tensor scales with the root mean square of its slopes. So a tiny true entry refuses no right
gradient, and no large absolute floor hides a wrong one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAX_ENTRIES = 2000  # of a tensor; of a larger one a random choice is measured, and random directions
_DIRECTIONS = 2
_STEP = 1e-3  # of a central difference, for entries of size 1; the extrapolation leaves an error of order _STEP**4
_TINY_STEP = 1e-6  # one-sided, for a closer look at a kink
_EPSILON = 2.2e-16  # of float64
_DOUBLE, _SINGLE = 1e-5, 2e-4  # correct code stays within 3e-7 and 6.7e-5 of |value| + 0.1 rms


@dataclass(frozen=True, slots=True)
class Slope:
    """A numeric slope and its error. On a kink any slope from ``low`` to ``high`` is right."""

    value: float
    error: float
    kink: bool = False
    low: float = 0.0
    high: float = 0.0


def _slope(along: Callable[[float], float], f0: float, scale: float) -> Slope:
    """Return the slope at 0 of ``along``, a function of the step.

    ``f0`` is ``along(0)``; ``scale`` is the size of the entry that moves, at least 1, and multiplies the step.
    """
    h = _STEP * scale
    up, down, half_up, half_down = along(h), along(-h), along(h / 2), along(-h / 2)
    wide, narrow = (up - down) / (2 * h), (half_up - half_down) / h
    value, error = (4 * narrow - wide) / 3, abs(narrow - wide) / 3
    # The bend halves with the step where the function is smooth; on a kink it stays.
    bend_wide = abs(up - 2 * f0 + down) / h
    bend_narrow = abs(half_up - 2 * f0 + half_down) / (h / 2)
    noise = 64 * _EPSILON * max(abs(f0), 1e-300) / h
    bent = bend_narrow > 0.7 * bend_wide and bend_narrow > 100 * noise + 1e-7 * max(abs(narrow), 1e-3)
    if bent or error > 1e-4 * max(abs(value), 1e-2):
        return _slope_near_kink(along, f0, _TINY_STEP * scale)
    return Slope(value, error)


def _slope_near_kink(along: Callable[[float], float], f0: float, step: float) -> Slope:
    right, left = (along(step) - f0) / step, (f0 - along(-step)) / step
    gap, size = abs(right - left), max(abs(right), abs(left))
    if gap < 1e-3 * max(size, 1e-3):  # the kink is near the point, not on it
        return Slope((right + left) / 2, gap + 1e-6 * max(abs(right), 1.0))
    return Slope((right + left) / 2, 0.0, kink=True, low=min(left, right), high=max(left, right))


@dataclass(frozen=True)
class Slopes:
    """The numeric slopes of one tensor.

    Attributes:
        shape: of the tensor, which has n entries.
        index: intp (m,), the entries of the flat tensor that were measured; all of them if m == n.
        value, error: (m,), the slopes and their errors.
        kink: bool (m,), which entries lie on a kink.
        low, high: (m,), the slopes on the two sides of a kink.
        directions: a direction, (n,) of +1 and -1, and the slope along it; none if m == n.
    """

    shape: tuple[int, ...]
    index: NDArray[np.intp]
    value: Floats
    error: Floats
    kink: NDArray[np.bool_]
    low: Floats
    high: Floats
    directions: tuple[tuple[Floats, Slope], ...] = ()

    @property
    def rms(self) -> float:
        """The root mean square of the slopes that do not lie on a kink."""
        smooth = self.value[~self.kink]
        return float(np.sqrt(np.mean(smooth**2))) if smooth.size else 0.0

    def wrong_entries(self, got: NDArray[Any], *, largest_rms: float) -> NDArray[np.bool_]:
        """Return which of the measured entries of ``got`` are not slopes of the function, bool (m,).

        ``largest_rms`` is that of the whole answer: the largest :attr:`rms` of its tensors.
        """
        entries = self._measured(got)
        rate, rms, floor = _precision(got, self.rms, largest_rms)
        size = np.abs(self.value)
        tolerance = rate * (size + 0.1 * rms) + np.minimum(10 * self.error, 1e-3 * (size + rms)) + floor
        near = np.abs(entries - self.value) <= tolerance
        margin = rate * np.maximum(np.abs(self.low), np.abs(self.high)) + 1e-6
        between = (self.low - margin <= entries) & (entries <= self.high + margin)
        return ~np.where(self.kink, between, near)

    def wrong_directions(self, got: NDArray[Any], *, largest_rms: float) -> list[tuple[float, float]]:
        """Return (got, want) for each direction along which ``got`` has another slope than the function."""
        flat = got.astype(np.float64).ravel()
        rate, rms, floor = _precision(got, self.rms, largest_rms)
        length = float(np.sqrt(flat.size))  # of a direction of +1 and -1
        wrong = []
        for direction, slope in self.directions:
            rise, size = float(flat @ direction), abs(slope.value) + rms * length
            tolerance = rate * size + min(10 * slope.error, 1e-3 * size) + floor * length
            low, high = (slope.low, slope.high) if slope.kink else (slope.value, slope.value)
            if not low - tolerance <= rise <= high + tolerance:
                wrong.append((rise, slope.value))
        return wrong

    def nearest(self, got: NDArray[Any]) -> Floats:
        """Return the slopes of the measured entries, (m,); on a kink the right one that is nearest to ``got``."""
        return np.where(self.kink, np.clip(self._measured(got), self.low, self.high), self.value)

    def _measured(self, got: NDArray[Any]) -> Floats:
        entries: Floats = got.astype(np.float64).ravel()[self.index]
        return entries


def _precision(got: NDArray[Any], rms: float, largest_rms: float) -> tuple[float, float, float]:
    """Return rate, rms and floor of the tolerance for the dtype of ``got``."""
    if got.dtype.name == "float32":
        # A float32 sum that cancels keeps the error of its terms, so the scale is that of the whole answer.
        return _SINGLE, max(rms, largest_rms), 1e-12 + 1e-7
    return _DOUBLE, rms, 1e-12


def measure(phi: Callable[[Floats], float], at: Floats) -> Slopes:
    """Return the slopes of the scalar function ``phi`` with respect to the entries of ``at``, a tensor of any shape.

    Of more than MAX_ENTRIES entries a random choice is measured, and the slopes along random directions, in which every
    entry counts. The choice depends only on ``at``.
    """
    f0, flat = phi(at), at.ravel()
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(flat.tobytes()).digest()[:8], "little"))
    everything = flat.size <= MAX_ENTRIES
    chosen = np.arange(flat.size) if everything else np.sort(rng.choice(flat.size, MAX_ENTRIES, replace=False))

    def along(direction: Floats) -> Callable[[float], float]:
        return lambda step: phi((flat + step * direction).reshape(at.shape))

    def entry(i: int) -> Callable[[float], float]:
        def moved(step: float) -> float:
            point = flat.copy()
            point[i] += step
            return phi(point.reshape(at.shape))

        return moved

    slopes = [_slope(entry(int(i)), f0, max(1.0, abs(float(flat[i])))) for i in chosen]
    signs = [] if everything else [rng.choice([-1.0, 1.0], size=flat.size) for _ in range(_DIRECTIONS)]
    largest = max(1.0, float(np.abs(flat).max(initial=0.0)))
    return Slopes(
        shape=at.shape,
        index=chosen.astype(np.intp),
        value=np.array([slope.value for slope in slopes]),
        error=np.array([slope.error for slope in slopes]),
        kink=np.array([slope.kink for slope in slopes], dtype=np.bool_),
        low=np.array([slope.low for slope in slopes]),
        high=np.array([slope.high for slope in slopes]),
        directions=tuple((sign, _slope(along(sign), f0, largest)) for sign in signs),
    )
