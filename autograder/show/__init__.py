"""Look at numbers: as text in a terminal, as a drawing in a notebook, or as an SVG file.

``from autograder import show``, then for example ``show.curve(costs)``. Every function takes arrays, tensors and lists,
prints a sentence where something cannot be drawn, and returns None. None of them raises an error because of a value.
When your work is graded they do nothing, so they may stay in the file that you hand in.

``to="picture.svg"`` writes a file instead of showing the picture.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from . import values
from .digit import read_digit
from .output import show

__all__ = ["bars", "curve", "image", "images", "plane", "read_digit", "table"]

Target = str | os.PathLike[str] | None


def image(a: Any, title: str = "", *, to: Target = None) -> None:
    """Show one image.

    Args:
        a: (H, W), large numbers are ink; or colours (H, W, 3) or (3, H, W). Axes of length 1 are left out, and a flat
            array becomes a square if it can. Where there are numbers below 0, the sign is shown.
        title: a line above it.
        to: an SVG file to write instead.
    """
    show("image", lambda: values.noted_image(a, str(title)), to)


def images(
    many: Any, titles: Sequence[object] | None = None, title: str = "", *, columns: int = 0, to: Target = None
) -> None:
    """Show several images beside each other, all with one scale.

    Args:
        many: a list of images, or an array (N, H, W); the first 64 are shown.
        titles: one text for each of them.
        title: a line above all.
        columns: how many beside each other; 0: as many as fit.
        to: an SVG file to write instead.
    """
    show("images", lambda: values.noted_images(many, titles, str(title), columns), to)


def curve(*y: Any, title: str = "", log: bool = False, to: Target = None) -> None:
    """Show a curve, or several.

    Args:
        y: numbers (N,), drawn over 0, 1, 2, …; or two arguments, x and y; or a dict of label to numbers.
        title: a line above it.
        log: make the y axis logarithmic; numbers that are not above 0 are left out.
        to: an SVG file to write instead.
    """
    show("curve", lambda: values.curves_of(y, str(title), log=log), to)


def plane(
    f: Callable[[Any], Any],
    points: Any = None,
    labels: Any = None,
    title: str = "",
    *,
    box: Sequence[float] | None = None,
    to: Target = None,
) -> None:
    """Show what a function or a model says over the plane, and points in it.

    Args:
        f: called once, with float64 points (N, 2); a PyTorch model gets a tensor. It returns a number for each point,
            (N,) or (N, 1), or a row of scores, (N, K), of which the class with the largest is shown.
        points: (N, 2), drawn as the last digit of their label.
        labels: whole numbers, (N,) or (N, 1).
        title: a line above it.
        box: left, right, bottom, top; by default a margin around the points, or -1 to 1.
        to: an SVG file to write instead.
    """
    show("plane", lambda: values.noted_plane(f, points, labels, str(title), box), to)


def bars(numbers: Any, labels: Sequence[object] | None = None, title: str = "", *, to: Target = None) -> None:
    """Show a bar for each number.

    Args:
        numbers: (N,), or a dict of label to number; the first 60 are shown.
        labels: one text for each of them; by default 0, 1, 2, ….
        title: a line above them.
        to: an SVG file to write instead.
    """
    show("bars", lambda: values.bars_of(numbers, labels, str(title)), to)


def table(rows: Any, headings: Sequence[object] | None = None, title: str = "", *, to: Target = None) -> None:
    """Show a table.

    Args:
        rows: an array (N, K), a list of rows, or a dict of heading to column; the first 60 rows are shown.
        headings: one text for each column.
        title: a line above it.
        to: an SVG file to write instead.
    """
    show("table", lambda: values.table_of(rows, headings, str(title)), to)
