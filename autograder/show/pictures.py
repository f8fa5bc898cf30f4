"""What is drawn, as plain values; ``text.py`` and ``svg.py`` draw each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """One image: ``pixels`` (H, W), or (H, W, 3) of red, green and blue between ``low`` and ``high``; nan is no pixel.

    An image with numbers below 0 has a sign: 0 is neutral, and ``low`` is ``-high``.
    """

    pixels: Floats
    low: float
    high: float
    title: str = ""

    @property
    def has_sign(self) -> bool:
        return self.low < 0

    @property
    def has_colour(self) -> bool:
        return self.pixels.ndim == 3


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Several images, ``columns`` of them beside each other (0: as many as fit)."""

    images: tuple[Image, ...]
    title: str = ""
    columns: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Points (x, y), both (N,) and finite, joined by a line, or marked, or both."""

    x: Floats
    y: Floats
    label: str = ""
    has_line: bool = True
    has_marks: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Lines over one pair of axes. With ``log`` the y axis is logarithmic, and all y are above 0."""

    series: tuple[Series, ...]
    title: str = ""
    log: bool = False
    x_label: str = ""
    y_label: str = ""
    y_range: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A function over a rectangle of the plane, with labelled points.

    ``values`` (rows, columns) are the function's at the middle of each cell, the lowest row first, from ``low`` to
    ``high``; ``box`` is (left, right, bottom, top). ``points`` are (N, 2), with a class each.
    """

    values: Floats
    low: float
    high: float
    box: tuple[float, float, float, float]
    points: Floats
    classes: tuple[int, ...]
    title: str = ""
    lines: tuple[Series, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """One bar for each value; nan has no bar."""

    labels: tuple[str, ...]
    values: Floats
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts, all of one length; ``headings`` has that length or is empty."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


Picture = Image | Images | Curves | Plane | Bars | Table


def number(value: float) -> str:
    """Return a number as a label has it: four digits, without a superfluous sign or zero."""
    return f"{value + 0.0:.4g}"


def levels(pixels: Floats, low: float, high: float, count: int) -> NDArray[np.int64]:
    """Return which of ``count`` equal steps between ``low`` and ``high`` each pixel is in; -1 for nan."""
    span = high - low or 1.0
    place = np.clip((np.nan_to_num(pixels, nan=low) - low) / span, 0.0, 1.0)
    steps: NDArray[np.int64] = np.minimum((place * count).astype(np.int64), count - 1)
    return np.where(np.isnan(pixels), -1, steps)


def shrunk(pixels: Floats, width: int, height: int) -> Floats:
    """Return an image of at most this size, whose pixels are the means of blocks of the old ones."""
    rows, columns = pixels.shape[:2]
    for axis, parts in ((0, min(rows, height)), (1, min(columns, width))):
        if parts < pixels.shape[axis]:
            starts = np.linspace(0, pixels.shape[axis], parts, endpoint=False).astype(np.int64)
            sizes = np.diff(np.append(starts, pixels.shape[axis]))
            shape = [-1 if each == axis else 1 for each in range(pixels.ndim)]
            pixels = np.add.reduceat(pixels, starts, axis=axis) / sizes.reshape(shape)
    return pixels


def extent(values: Sequence[Floats]) -> tuple[float, float]:
    """Return the smallest and the largest of all finite values; a little apart if they are equal, (0, 1) if none is."""
    every = np.concatenate([np.ravel(each) for each in values]) if values else np.empty(0)
    every = every[np.isfinite(every)]
    if not every.size:
        return 0.0, 1.0
    low, high = float(every.min()), float(every.max())
    if high > low:
        return low, high
    pad = abs(low) * 0.05 or 0.5
    return low - pad, high + pad
