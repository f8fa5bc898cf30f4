"""From what a student passes to what can be drawn. What cannot be drawn raises :class:`Unshowable`, a sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice, pairwise
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import say
from ..values import as_array, is_tensor, mapped
from .pictures import Bars, Curves, Floats, Image, Images, Plane, Series, Table, extent, number

MAX_IMAGES = 64
MAX_POINTS = 2000  # of one curve, or in a plane
MAX_PIXELS = 4_000_000  # of an image; of larger ones every second row and column is drawn, every third, …
MAX_BARS = 60
MAX_ROWS = 60
MAX_COLUMNS = 20
MAX_CELL = 24  # characters of one cell
CELLS = 60  # of a plane, in each direction
LARGEST = 1e300
MOST_LEVELS = 16  # of whole numbers that are no bytes: above it, 255 is black
_FIELDS = "biuf"


class Unshowable(Exception):
    """A value that cannot be drawn; its text is a sentence for the student."""


def _refuse(id: str, **parameters: object) -> Unshowable:
    return Unshowable(say(f"show.{id}", **parameters))


# --- numbers


def array_of(value: Any) -> NDArray[Any]:
    """Return numbers as an array, whatever holds them.

    Raises:
        Unshowable: they are not real numbers, or the rows of a list differ in length.
    """
    if isinstance(value, range | map | filter | zip | Iterator):
        value = list(islice(value, 10**6))
    try:
        array = as_array(mapped(lambda leaf: _dense(leaf) if is_tensor(leaf) else leaf, value))
    except (ValueError, TypeError) as exc:
        if isinstance(value, list | tuple):
            raise _refuse("ragged", lengths=", ".join(_lengths(value))) from exc
        raise _refuse("not-numbers", kind=type(value).__name__) from exc
    if array.dtype == object and array.size and all(isinstance(each, Real | Decimal) for each in array.flat):
        array = array.astype(np.float64)  # fractions, and whole numbers that no dtype can hold
    if array.dtype.kind not in _FIELDS:
        raise _refuse("not-numbers", kind=_kind(value, array))
    return array


def _dense(tensor: Any) -> NDArray[Any]:
    """Return a tensor as an array, also a sparse one, or one of a dtype that numpy does not have."""
    plain = tensor.detach()
    if str(plain.layout) != "torch.strided":
        plain = plain.to_dense()
    try:
        return as_array(plain)
    except TypeError:
        return as_array(plain.float())


def _lengths(rows: Sequence[Any]) -> list[str]:
    """Return the lengths of the rows; if these are equal, those of the rows in them, and so on."""
    rows = rows[:100]
    lengths = list(dict.fromkeys(str(_length(row)) for row in rows))
    inside = [each for row in rows if isinstance(row, list | tuple) for each in row]
    return _lengths(inside) if len(lengths) == 1 and inside else lengths


def _length(row: Any) -> int:
    try:
        return len(row)
    except TypeError:
        return 1


def _kind(value: Any, array: NDArray[Any]) -> str:
    if array.dtype.kind == "c":
        return "complex numbers"
    name = type(value).__name__
    return f"{name} ({type(array.flat[0]).__name__})" if array.size and array.ndim else name


def floats(array: NDArray[Any]) -> Floats:
    """Return an array as float64, with nan for what is not finite, within limits whose differences are finite."""
    result = array.astype(np.float64)
    return np.where(np.isfinite(result), np.clip(result, -LARGEST, LARGEST), np.nan)


def note_of(*arrays: NDArray[Any]) -> str:
    """Return the sentence on the numbers that are not finite, or ""."""
    total = sum(array.size for array in arrays)
    missing = total - sum(int(np.isfinite(array).sum()) for array in arrays)
    return say("show.not-finite", count=missing, total=total) if missing else ""


def _thinned(array: NDArray[Any], count: int) -> NDArray[Any]:
    if len(array) <= count:
        return array
    return array[np.linspace(0, len(array) - 1, count).round().astype(np.int64)]


# --- images


def image_of(value: Any, title: str = "") -> Image:
    """Return an image from an array of shape (H, W), (H, W, 3), (3, H, W), with axes of length 1, or a flat square.

    Raises:
        Unshowable: it has another shape, is empty, or does not hold numbers.
    """
    array = array_of(value)
    shape = array.shape
    if not array.size:
        raise _refuse("empty", shape=shape)
    while array.ndim > 2 and array.shape[0] == 1:
        array = array[0]
    if array.ndim == 3 and array.shape[2] in (1, 4):  # one channel last; or with opacity, which is left out
        array = array[:, :, 0] if array.shape[2] == 1 else array[:, :, :3]
    if array.ndim == 3 and array.shape[0] == 3 and array.shape[2] != 3:
        array = np.moveaxis(array, 0, 2)
    if array.ndim < 2:
        side = round(array.size**0.5)
        array = array.reshape(side, side) if side * side == array.size else array.reshape(1, -1)
    if array.ndim != 2 and not (array.ndim == 3 and array.shape[2] == 3):
        raise _refuse("image-shape", shape=shape)
    step = max(1, round((array.size / MAX_PIXELS) ** 0.5 + 0.5))
    array = array[::step, ::step]
    pixels = floats(array)
    whole = array.dtype == np.uint8 or (array.dtype.kind in "ui" and bool(array.max() > MOST_LEVELS))
    low, high = _scale([pixels], whole=whole)
    if array.ndim == 3:
        low, high = 0.0, 255.0 if high > 1 else 1.0
    return Image(pixels, low, high, title)


def noted_image(value: Any, title: str) -> tuple[Image, str]:
    """Return an image, and a note on what is missing in it."""
    image = image_of(value, title)
    return image, note_of(image.pixels)


def noted_images(values: Any, titles: Sequence[object] | None, title: str, columns: int) -> tuple[Images, str]:
    """Return images with one scale, from a list or an array with an axis more, and a note on what is left out.

    Raises:
        Unshowable: one of them cannot be drawn, or there is none.
    """
    many: Any = values if isinstance(values, list | tuple) else np.atleast_1d(array_of(values))
    if not len(many):
        raise _refuse("empty", shape=(0,))
    names = [str(each) for each in titles] if titles is not None else []
    names += [""] * (len(many) - len(names))
    found = [image_of(value, name) for value, name in zip(many[:MAX_IMAGES], names, strict=False)]
    note = note_of(*(each.pixels for each in found))
    if len(many) > MAX_IMAGES:
        note = f"{note} {say('show.first', count=MAX_IMAGES, total=len(many))}".strip()
    return Images(tuple(_one_scale(found)), title, max(0, columns)), note


def _one_scale(images: list[Image]) -> list[Image]:
    if any(each.has_colour for each in images):
        return images
    low, high = _scale([each.pixels for each in images], whole=all(each.high == 255 for each in images))
    return [Image(each.pixels, low, high, each.title) for each in images]


def _scale(pixels: list[Floats], *, whole: bool) -> tuple[float, float]:
    """Return black and white: 0 and 255 for bytes, 0 and 1 for shares, otherwise from the values themselves."""
    low, high = extent(pixels)
    if low < 0:
        return -max(-low, high), max(-low, high)
    if whole and high > 1:
        return 0.0, 255.0 if high <= 255 else high
    return 0.0, 1.0 if high <= 1 and high > 0.1 else high


# --- curves


def curves_of(values: tuple[Any, ...], title: str, *, log: bool) -> tuple[Curves, str]:
    """Return curves from y, from x and y, or from a dict of label to y; and a note on what was left out.

    Raises:
        Unshowable: there are no numbers, x and y differ in length, or a logarithm has no number above 0.
    """
    if len(values) == 2:
        pairs = [("", values[0], values[1])]
    elif len(values) == 1 and isinstance(values[0], Mapping):
        pairs = [(str(label), None, y) for label, y in values[0].items()]
    elif len(values) == 1:
        pairs = _rows(values[0])
    else:
        raise _refuse("curve-arguments")
    found, everything = [], []
    for label, x, y in pairs:
        places, heights = _places(x, y)
        everything += [heights] if x is None else [places, heights]
        kept = _kept(heights)
        points = np.stack([floats(places[kept]), floats(heights[kept])], axis=1)
        points = points[np.isfinite(points).all(axis=1) & ((points[:, 1] > 0) | (not log))]
        found.append(Series(points[:, 0], points[:, 1], label, has_marks=len(points) == 1))
    if not any(each.x.size for each in found):
        raise _refuse("nothing-finite")
    return Curves(tuple(found), title, log), note_of(*everything)


def _rows(value: Any) -> list[tuple[str, Any, Any]]:
    """Return one curve for a list of numbers, or one for each row of a table, which may differ in length."""
    if isinstance(value, list | tuple) and value and all(isinstance(row, list | tuple) for row in value):
        return [(str(number), None, row) for number, row in enumerate(value)]
    array = array_of(value)
    if array.ndim <= 1 or array.shape[1:] == (1,) * (array.ndim - 1):
        return [("", None, array.ravel())]
    if array.ndim == 2 and array.shape[0] <= 8:
        return [(str(number), None, row) for number, row in enumerate(array)]
    raise _refuse("curve-shape", shape=array.shape)


def _places(x: Any, y: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return x, or 0, 1, 2, … without one, and y: as many numbers of each."""
    heights = array_of(y).ravel()
    if not heights.size:
        raise _refuse("empty", shape=(0,))
    places = np.arange(heights.size) if x is None else array_of(x).ravel()
    if places.size != heights.size:
        raise _refuse("curve-lengths", x=places.size, y=heights.size)
    return places, heights


def _kept(heights: NDArray[Any]) -> NDArray[np.int64]:
    """Return which points of a curve are drawn: of many the lowest and highest of each stretch, so no peak is lost."""
    if heights.size <= MAX_POINTS:
        return np.arange(heights.size)
    ends = np.linspace(0, heights.size, MAX_POINTS // 2 + 1).astype(np.int64)
    kept = []
    for first, last in pairwise(ends):
        part = floats(heights[first:last])
        if not np.isnan(part).all():
            kept += sorted({int(np.nanargmin(part)) + int(first), int(np.nanargmax(part)) + int(first)})
    return np.array(kept, dtype=np.int64)


# --- planes


def plane_of(
    function: Callable[[Any], Any], points: Any, labels: Any, title: str, box: Sequence[float] | None
) -> Plane:
    """Return a function over the plane, evaluated on a grid, with labelled points.

    Raises:
        Unshowable: the function raised or returned another number of values; points or box have another shape.
    """
    where = np.empty((0, 2)) if points is None else floats(array_of(points))
    if where.ndim != 2 or where.shape[1] != 2:
        raise _refuse("plane-points", shape=where.shape)
    marks = np.zeros(len(where)) if labels is None else floats(array_of(labels)).ravel()
    if marks.size != len(where):
        raise _refuse("plane-labels", labels=marks.size, points=len(where))
    kept = np.isfinite(where).all(axis=1)
    where, marks = _thinned(where[kept], MAX_POINTS), _thinned(marks[kept], MAX_POINTS)
    left, right, bottom, top = _box(where, box)
    xs, ys = ((np.arange(CELLS) + 0.5) / CELLS * (b - a) + a for a, b in ((left, right), (bottom, top)))
    grid = np.stack([np.tile(xs, CELLS), np.repeat(ys, CELLS)], axis=1)
    values = _answers(function, grid).reshape(CELLS, CELLS)
    low, high = extent([values])
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    classes = tuple(int(each) for each in np.nan_to_num(marks).round())
    return Plane(values, low, high, (left, right, bottom, top), where, classes, title)


def noted_plane(
    function: Callable[[Any], Any], points: Any, labels: Any, title: str, box: Sequence[float] | None
) -> tuple[Plane, str]:
    """Return a plane, and a note on what is missing in it."""
    picture = plane_of(function, points, labels, title, box)
    return picture, note_of(picture.values)


def _box(points: Floats, box: Sequence[float] | None) -> tuple[float, float, float, float]:
    if box is not None:
        sides = floats(array_of(box)).ravel()
        if sides.size != 4 or not (sides[0] < sides[1] and sides[2] < sides[3]):
            raise _refuse("plane-box")
        return tuple(map(float, sides))  # type: ignore[return-value]
    if not len(points):
        return -1.0, 1.0, -1.0, 1.0
    (left, right), (bottom, top) = (extent([points[:, axis]]) for axis in (0, 1))
    x, y = (right - left) * 0.25, (top - bottom) * 0.25
    return left - x, right + x, bottom - y, top + y


def _answers(function: Callable[[Any], Any], grid: Floats) -> Floats:
    try:
        answer = array_of(_called(function, grid))
    except Unshowable:
        raise
    except Exception as exc:
        text = " ".join(str(exc).split())[:200]
        raise _refuse("plane-raised", count=len(grid), type=type(exc).__name__, text=text) from exc
    if answer.ndim == 2 and answer.shape[1] > 1 and len(answer) == len(grid):
        answer = answer.argmax(axis=1)
    if answer.size != len(grid):
        raise _refuse("plane-answer", shape=answer.shape, count=len(grid))
    return floats(answer.ravel())


def _called(function: Callable[[Any], Any], grid: Floats) -> Any:
    """Call a function with the points, or a model of PyTorch with a tensor of the dtype of its parameters."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(function, torch.nn.Module):
        return function(grid.copy())
    first = next(iter(function.parameters()), None)
    points = torch.tensor(grid, dtype=torch.float32)
    with torch.no_grad():
        return function(points if first is None else points.to(first))


# --- bars and tables


def bars_of(values: Any, labels: Any, title: str) -> tuple[Bars, str]:
    """Return bars from numbers and their labels, or from a dict of label to number; and a note on what was left out.

    Raises:
        Unshowable: there are no numbers, or another number of labels.
    """
    if isinstance(values, Mapping):
        labels, values = list(values), list(values.values())
    heights = floats(array_of(values)).ravel()
    if not heights.size:
        raise _refuse("empty", shape=(0,))
    names = list(range(heights.size)[:MAX_BARS] if labels is None else labels)
    if labels is not None and len(names) != heights.size:
        raise _refuse("bar-labels", labels=len(names), values=heights.size)
    note = note_of(heights)
    if heights.size > MAX_BARS:
        note = f"{note} {say('show.first', count=MAX_BARS, total=heights.size)}".strip()
    return Bars(tuple(str(name)[:MAX_CELL] for name in names[:MAX_BARS]), heights[:MAX_BARS], title), note


def table_of(rows: Any, headings: Sequence[object] | None, title: str) -> tuple[Table, str]:
    """Return a table from rows, from a dict of heading to column, or from an array; and a note on what was left out.

    Raises:
        Unshowable: there is no row, or the rows differ in length.
    """
    if isinstance(rows, Mapping):
        headings, columns = list(rows), [_cells(column) for column in rows.values()]
        if len({len(column) for column in columns}) > 1:
            raise _refuse("ragged", lengths=", ".join(str(len(column)) for column in columns))
        rows = list(zip(*columns, strict=True))
    rows = _cells(rows)
    if not rows:
        raise _refuse("empty", shape=(0,))
    texts = [tuple(_cell(value) for value in _cells(row)[:MAX_COLUMNS]) for row in rows[:MAX_ROWS]]
    names = tuple(_cell(each) for each in headings or ())[:MAX_COLUMNS]
    lengths = dict.fromkeys(map(len, [names, *texts] if names else texts))
    if len(lengths) > 1:
        raise _refuse("ragged", lengths=", ".join(map(str, lengths)))
    note = say("show.first", count=MAX_ROWS, total=len(rows)) if len(rows) > MAX_ROWS else ""
    width = max(len(_cells(row)) for row in rows[:MAX_ROWS])
    if width > MAX_COLUMNS:
        note = f"{note} {say('show.columns', count=MAX_COLUMNS, total=width)}".strip()
    return Table(names, tuple(texts), title), note


def _cells(row: Any) -> list[Any]:
    if is_tensor(row) or isinstance(row, np.ndarray):
        return list(np.atleast_1d(_dense(row) if is_tensor(row) else row))
    return list(islice(row, 10**5)) if hasattr(row, "__iter__") and not isinstance(row, str | bytes) else [row]


def _cell(value: Any) -> str:
    """Return the text of one cell: four digits of a number, and otherwise the beginning of its text."""
    if is_tensor(value) or isinstance(value, np.ndarray):
        array = _dense(value) if is_tensor(value) else value
        value = array.item() if array.size == 1 else array
    if isinstance(value, float | np.floating):
        return number(float(value))
    text = " ".join(str(value).split())
    return text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}."
