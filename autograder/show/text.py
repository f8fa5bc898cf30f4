"""Pictures as lines of text, at most 79 columns wide.

A terminal that cannot show the block and box characters, or a pipe on Windows, gets ASCII.
"""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from .pictures import Bars, Curves, Floats, Image, Images, Picture, Plane, Table, extent, levels, number, shrunk

WIDTH = 79
CURVE_ROWS = 15
PLANE_ROWS = 20
BAR_CELLS = 40
NUMBER_CELLS = 14  # next to a bar: the line between, two spaces, and a number such as -1.234e-300
MORE = ".."  # in the place of columns that do not fit
_MARKS = "*o+x#@%&"


@dataclass(frozen=True, slots=True)
class Characters:
    """What lines and areas are made of; ``shades`` from paper to ink."""

    shades: str
    vertical: str
    horizontal: str
    corner: str
    bar: str


BLOCKS = Characters(" ░▒▓█", "│", "─", "└", "█")
ASCII = Characters(" .:+#", "|", "-", "+", "#")
_SIGNED = "=- +#"  # from the lowest to the highest


def render(picture: Picture, characters: Characters = BLOCKS) -> str:
    """Return a picture as text, without a line end; no line is longer than ``WIDTH``."""
    lines = [picture.title] if picture.title and not isinstance(picture, Image) else []
    match picture:
        case Image():
            lines += _image(picture, characters, WIDTH)
        case Images():
            lines += _images(picture, characters)
        case Curves():
            lines += _curves(picture, characters)
        case Plane():
            lines += _plane(picture, characters)
        case Bars():
            lines += _bars(picture, characters)
        case Table():
            lines += _table(picture, characters)
    return "\n".join(_cut(line.rstrip(), WIDTH) for line in lines)


# --- columns of a terminal


def _width(text: str) -> int:
    """Return the columns that a text takes; Korean letters take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _cut(text: str, width: int) -> str:
    while _width(text) > width:
        text = text[:-1]
    return text


def _left(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _right(text: str, width: int) -> str:
    return " " * (width - _width(text)) + text


# --- images


def _image(image: Image, characters: Characters, width: int) -> list[str]:
    """Draw an image: two columns for a pixel while they fit, otherwise one column for two rows."""
    columns = image.pixels.shape[1]
    rows = image.pixels.shape[0]
    title = [_cut(image.title, width)] if image.title else []
    pixels = image.pixels.mean(axis=2) if image.has_colour else image.pixels
    if 2 * columns <= width:
        pixels = shrunk(pixels, columns, WIDTH)
        return title + _shaded(pixels, image, characters, repeat=2)
    wide = min(columns, width)
    pixels = shrunk(pixels, wide, max(1, round(rows * wide / columns / 2)))
    return title + _shaded(pixels, image, characters, repeat=1)


def _shaded(pixels: Floats, image: Image, characters: Characters, *, repeat: int) -> list[str]:
    signs = _SIGNED if image.has_sign else characters.shades
    if image.has_colour:
        signs = signs[::-1]  # a colour of 0 is dark
    steps = levels(pixels, image.low, image.high, len(signs))
    return ["".join((signs[step] if step >= 0 else "?") * repeat for step in row) for row in steps]


def _images(picture: Images, characters: Characters) -> list[str]:
    gap = 3
    columns = max(image.pixels.shape[1] for image in picture.images)
    titles = max(_width(image.title) for image in picture.images)
    cell = min(WIDTH, max(2 * columns if columns <= 14 else columns, min(titles, 2 * columns)))
    beside = max(1, (WIDTH + gap) // (cell + gap))
    beside = min(beside, picture.columns or beside)
    lines: list[str] = []
    for start in range(0, len(picture.images), beside):
        blocks = [_image(image, characters, cell) for image in picture.images[start : start + beside]]
        lines += [""] if lines else []
        for index in range(max(map(len, blocks))):
            row = (_left(block[index] if index < len(block) else "", cell) for block in blocks)
            lines.append((" " * gap).join(row).rstrip())
    return lines


# --- curves


def _curves(picture: Curves, characters: Characters) -> list[str]:
    xs, ys = _axes(picture)
    labels = [number(y) for y in (_back(ys[1], picture.log), _back(ys[0], picture.log))]
    margin = max(map(len, labels)) + 1
    columns = WIDTH - margin - 3
    area = np.full((CURVE_ROWS, columns), " ")
    for index, series in enumerate(picture.series):
        y = np.log10(series.y) if picture.log else series.y
        x, y = _joined(series.x, y, columns, xs) if series.has_line else (series.x, y)
        right = _place(x, xs, columns)
        up = _place(y, ys, CURVE_ROWS)
        area[CURVE_ROWS - 1 - up, right] = _MARKS[index % len(_MARKS)]
    lines = [" " * margin + f"{characters.vertical} " + "".join(row) for row in area]
    lines[0] = _right(labels[0], margin - 1) + " " + lines[0][margin:]
    lines[-1] = _right(labels[1], margin - 1) + " " + lines[-1][margin:]
    lines.append(" " * margin + characters.corner + characters.horizontal * (columns + 1))
    first, last = number(xs[0]), number(xs[1])
    lines.append(" " * (margin + 2) + first + _right(last, columns - len(first)))
    if any(series.label for series in picture.series):
        lines += [f"{_MARKS[index % len(_MARKS)]} {series.label}" for index, series in enumerate(picture.series)]
    return lines


def _axes(picture: Curves) -> tuple[tuple[float, float], tuple[float, float]]:
    xs = extent([series.x for series in picture.series])
    ys = picture.y_range or extent([series.y for series in picture.series])
    return xs, ((float(np.log10(ys[0])), float(np.log10(ys[1]))) if picture.log else ys)


def _back(value: float, log: bool) -> float:
    return float(10.0**value) if log else value


def _place(values: Floats, ends: tuple[float, float], cells: int) -> NDArray[np.int64]:
    share = np.clip((values - ends[0]) / (ends[1] - ends[0]), 0.0, 1.0)
    places: NDArray[np.int64] = np.floor(share * (cells - 1) + 0.5).astype(np.int64)
    return places


def _joined(x: Floats, y: Floats, columns: int, ends: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return points of a line, one for each column between its ends, and its own points."""
    if len(x) < 2 or (np.diff(x) < 0).any():
        return x, y
    between = np.linspace(ends[0], ends[1], columns)
    between = between[(between >= x[0]) & (between <= x[-1])]
    return np.concatenate([between, x]), np.concatenate([np.interp(between, x, y), y])


# --- planes


def _plane(picture: Plane, characters: Characters) -> list[str]:
    left, right, bottom, top = picture.box
    rows, columns = PLANE_ROWS, picture.values.shape[1]
    chosen = ((np.arange(rows) + 0.5) / rows * picture.values.shape[0]).astype(np.int64)
    few = len(np.unique(picture.values[np.isfinite(picture.values)])) <= 2
    signs = " " + characters.shades[1] if few else characters.shades[:-1]
    steps = levels(picture.values[chosen], picture.low, picture.high, len(signs))
    area = np.array([[signs[step] if step >= 0 else "?" for step in row] for row in steps])
    for (x, y), label in zip(picture.points, picture.classes, strict=True):
        if left <= x <= right and bottom <= y <= top:
            row = min(int((y - bottom) / (top - bottom) * rows), rows - 1)
            area[row, min(int((x - left) / (right - left) * columns), columns - 1)] = str(abs(label))[-1]
    labels = [number(top), number(bottom)]
    margin = max(map(len, labels)) + 1
    lines = [" " * margin + characters.vertical + "".join(row) for row in area[::-1]]
    lines[0] = _right(labels[0], margin - 1) + " " + lines[0][margin:]
    lines[-1] = _right(labels[1], margin - 1) + " " + lines[-1][margin:]
    lines.append(" " * margin + characters.corner + characters.horizontal * columns)
    first, last = number(left), number(right)
    lines.append(" " * (margin + 1) + first + _right(last, columns - len(first)))
    lines.append(f"'{signs[0]}' {number(picture.low)}, '{signs[-1]}' {number(picture.high)}")
    return lines


# --- bars and tables


def _bars(picture: Bars, characters: Characters) -> list[str]:
    finite = np.nan_to_num(picture.values)
    low, high = min(0.0, float(finite.min())), max(0.0, float(finite.max()))
    span = high - low or 1.0
    names = max(map(_width, picture.labels))
    most = min(BAR_CELLS, WIDTH - names - NUMBER_CELLS)  # long names, or Korean ones, leave less room
    below = round(-low / span * most)
    lines = []
    for label, value in zip(picture.labels, picture.values, strict=True):
        cells = 0 if np.isnan(value) else round(abs(float(value)) / span * most)
        cells = max(cells, 1) if value else cells  # a bar that is there can be seen
        bar = characters.bar * (0 if np.isnan(value) else cells)
        drawn = _right(bar, below) if value < 0 else " " * below + bar
        text = "nan" if np.isnan(value) else number(float(value))
        lines.append(f"{_left(label, names)} {characters.vertical}{_left(drawn, most)} {text}")
    return lines


def _table(picture: Table, characters: Characters) -> list[str]:
    rows = [picture.headings, *picture.rows] if picture.headings else list(picture.rows)
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    right = [all(_is_number(row[column]) for row in picture.rows) for column in range(len(widths))]
    fitting = _fitting(widths)
    if fitting < len(widths):
        rows = [(*row[:fitting], MORE) for row in rows]
        widths = [*widths[:fitting], len(MORE)]
    lines = [
        "  ".join((_right if right[i] else _left)(text, widths[i]) for i, text in enumerate(row)).rstrip()
        for row in rows
    ]
    if picture.headings:
        lines.insert(1, characters.horizontal * (sum(widths) + 2 * (len(widths) - 1)))
    return lines


def _fitting(widths: list[int]) -> int:
    """Return how many columns of a table fit into a line: all of them, or as many as leave room for ``MORE``."""
    if sum(widths) + 2 * (len(widths) - 1) <= WIDTH:
        return len(widths)
    room = WIDTH - len(MORE)
    return sum(1 for count in range(1, len(widths) + 1) if sum(widths[:count]) + 2 * count <= room)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
