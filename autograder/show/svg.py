"""Pictures as SVG, by hand: shapes and texts only, on a white ground, so that they look the same everywhere.

No style sheet, no embedded image and no script: GitHub, editors and notebooks show them as they are. Coordinates have
one decimal place and shades a few steps, so that the last digits of a computation do not change a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from unicodedata import east_asian_width

import numpy as np

from .pictures import Bars, Curves, Floats, Image, Images, Picture, Plane, Series, Table, extent, levels, number, shrunk

SHADES = 9  # of an image
MAX_PIXELS = 112  # in each direction of an image; larger ones are shrunk
MAX_LINE = 400  # points of one line
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000")
INK = "#222"
RULE = "#999"
FONT = 13
_SMALL = 11


@dataclass(slots=True)
class Drawing:
    """A rectangle of ``width`` and ``height`` with shapes in it; ``text`` describes it for those who cannot see it."""

    width: float
    height: float
    text: str = ""
    shapes: list[str] = field(default_factory=list)

    def add(self, shape: str) -> None:
        self.shapes.append(shape)

    def put(self, other: Drawing, x: float, y: float) -> None:
        """Draw ``other`` with its upper left corner at (x, y)."""
        self.add(f'<g transform="translate({_n(x)} {_n(y)})">')
        self.shapes += other.shapes
        self.add("</g>")

    def write(self, text: str, x: float, y: float, *, anchor: str = "start", size: int = FONT, fill: str = INK) -> None:
        end = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.add(f'<text x="{_n(x)}" y="{_n(y)}" font-size="{size}" fill="{fill}"{end}>{_escaped(text)}</text>')

    def line(
        self, points: Sequence[tuple[float, float]], colour: str = INK, *, width: float = 1, more: str = ""
    ) -> None:
        path = _path(points)
        self.add(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{_n(width)}"{more}/>')

    def to_svg(self) -> str:
        width, height = _n(self.width), _n(self.height)
        label = f' aria-label="{_escaped(self.text)}"' if self.text else ""
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                f'viewBox="0 0 {width} {height}" font-family="Helvetica,Arial,sans-serif" role="img"{label}>',
                f'<rect width="{width}" height="{height}" fill="#fff"/>',
                *self.shapes,
                "</svg>\n",
            ]
        )


def render(picture: Picture) -> str:
    """Return a picture as the text of an SVG file."""
    inside = drawn(picture)
    whole = Drawing(inside.width + 16, inside.height + 16, picture.title)
    whole.put(inside, 8, 8)
    return whole.to_svg()


def drawn(picture: Picture) -> Drawing:
    """Return a picture as a drawing, with its title above it."""
    match picture:
        case Image():
            return image(picture, side=280)
        case Images():
            inside = images(picture)
        case Curves():
            inside = curves(picture)
        case Plane():
            inside = plane(picture)
        case Bars():
            inside = bars(picture)
        case Table():
            inside = table(picture)
    return titled(inside, picture.title)


def titled(inside: Drawing, title: str, *, size: int = FONT) -> Drawing:
    """Return a drawing with a line of text above it."""
    if not title:
        return inside
    whole = Drawing(max(inside.width, width_of(title, size)), inside.height + size + 7)
    whole.write(title, 0, size - 1, size=size)
    whole.put(inside, 0, size + 7)
    return whole


def beside(parts: Sequence[Drawing], *, columns: int = 0, gap: float = 16) -> Drawing:
    """Return drawings beside each other, in rows of ``columns`` (0: all in one row)."""
    rows = [parts[i : i + (columns or len(parts))] for i in range(0, len(parts), columns or len(parts))]
    cell = max(part.width for part in parts)
    widths = [sum(part.width for part in row) + gap * (len(row) - 1) for row in rows]
    if len(rows) > 1:
        widths = [len(row) * (cell + gap) - gap for row in rows]
    heights = [max(part.height for part in row) for row in rows]
    whole = Drawing(max(widths), sum(heights) + gap * (len(rows) - 1))
    y = 0.0
    for row, height in zip(rows, heights, strict=True):
        x = 0.0
        for part in row:
            whole.put(part, x, y)
            x += (cell if len(rows) > 1 else part.width) + gap
        y += height + gap
    return whole


def width_of(text: str, size: int = FONT) -> float:
    """Return about how wide a text is; a little too wide rather than cut."""
    return sum(1.0 if east_asian_width(letter) in "WF" else 0.58 for letter in text) * size


def _escaped(text: str) -> str:
    """Return a text as XML has it; a line end or another letter that cannot be printed is a space."""
    return escape("".join(letter if letter.isprintable() else " " for letter in text))


def _n(value: float) -> str:
    """Return a coordinate with at most one decimal place."""
    return f"{round(float(value), 1) + 0.0:.1f}".removesuffix(".0")


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in _simplified(points))


def _simplified(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Leave out points within a quarter of a pixel of the line between those that stay (Douglas and Peucker, 1973)."""
    kept = {0, len(points) - 1}
    open_parts = [(0, len(points) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        apart = [_distance(point, points[first], points[last]) for point in points[first + 1 : last]]
        if apart and max(apart) > 0.25:
            middle = first + 1 + apart.index(max(apart))
            kept.add(middle)
            open_parts += [(first, middle), (middle, last)]
    return [points[index] for index in sorted(kept)]


def _distance(point: tuple[float, float], first: tuple[float, float], last: tuple[float, float]) -> float:
    """Return how far a point is from the line through two others, rounded: equal distances must stay equal."""
    (a, b), (x, y), (to_x, to_y) = point, first, last
    length: float = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
    if length < 0.1:
        return round(float(((a - x) ** 2 + (b - y) ** 2) ** 0.5), 3)
    return round(abs((to_x - x) * (b - y) - (to_y - y) * (a - x)) / length, 3)


# --- images


def image(picture: Image, *, side: float) -> Drawing:
    """Draw an image whose longer side is ``side``, with its title above it."""
    pixels = shrunk(picture.pixels, MAX_PIXELS, MAX_PIXELS)
    rows, columns = pixels.shape[:2]
    scale = side / max(rows, columns)
    inside = Drawing(columns * scale, rows * scale)
    inside.add(f'<g transform="scale({scale:.4g})" shape-rendering="crispEdges" stroke-width="1.02" fill="none">')
    for colour, path in sorted(_runs(_colours(pixels, picture)).items()):
        inside.add(f'<path stroke="{colour}" d="{path}"/>')
    inside.add("</g>")
    width, height = _n(inside.width), _n(inside.height)
    inside.add(f'<rect width="{width}" height="{height}" fill="none" stroke="{RULE}" stroke-width=".5"/>')
    return titled(inside, picture.title, size=_SMALL)


def _colours(pixels: Floats, picture: Image) -> list[list[str]]:
    """Return the colour of each pixel, "" for white."""
    if picture.has_colour:
        steps = levels(pixels, picture.low, picture.high, 16)
        return [["#" + "".join(f"{max(part, 0):x}" for part in pixel) for pixel in row] for row in steps]
    if picture.has_sign:
        signed = levels(pixels, picture.low, picture.high, 2 * SHADES - 1) - (SHADES - 1)
        return [[_signed(int(step)) for step in row] for row in np.where(np.isnan(pixels), SHADES, signed)]
    steps = levels(pixels, picture.low, picture.high, SHADES)
    return [[_grey(int(step)) for step in row] for row in steps]


def _grey(step: int) -> str:
    if step < 0:
        return "#fc0"  # no number
    return _mixed(step / (SHADES - 1), (0, 0, 0))


def _signed(step: int) -> str:
    """Blue above 0, orange below, white at 0."""
    if step >= SHADES:
        return "#fc0"
    return _mixed(abs(step) / (SHADES - 1), (0, 86, 160) if step > 0 else (205, 80, 0))


def _runs(colours: list[list[str]]) -> dict[str, str]:
    """Return a path for each colour: horizontal strokes through the middle of its pixels."""
    paths: dict[str, list[str]] = {}
    for y, row in enumerate(colours):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end] == row[x]:
                end += 1
            if row[x]:
                paths.setdefault(row[x], []).append(f"M{x} {y}.5h{end - x}")
            x = end
    return {colour: "".join(parts) for colour, parts in paths.items()}


def images(picture: Images) -> Drawing:
    """Draw images beside each other."""
    side = 84.0 if len(picture.images) > 4 else 140.0
    columns = picture.columns or min(len(picture.images), 5 if side > 100 else 8)
    return beside([image(each, side=side) for each in picture.images], columns=columns, gap=10)


# --- curves


def curves(picture: Curves, *, width: float = 420, height: float = 240) -> Drawing:
    """Draw curves in an area of this size, with axes and a legend beside it."""
    xs = extent([series.x for series in picture.series])
    low, high = picture.y_range or extent([series.y for series in picture.series])
    ys = (float(np.log10(low)), float(np.log10(high))) if picture.log else (low, high)
    named = [series.label for series in picture.series if series.label]
    left = 8 + max(width_of(number(end), _SMALL) for end in (low, high)) + (16 if picture.y_label else 0)
    legend = 28 + max(width_of(label, _SMALL) for label in named) if named else 8
    whole = Drawing(left + width + legend, height + (38 if picture.x_label else 22))
    _frame(whole, left, width, height, xs, (low, high))
    if picture.x_label:
        whole.write(picture.x_label, left + width / 2, height + 33, anchor="middle", size=_SMALL)
    if picture.y_label:
        whole.write(picture.y_label, 0, height / 2, size=_SMALL)
    for index, series in enumerate(picture.series):
        y = np.log10(series.y) if picture.log else series.y
        points = _scaled(series.x, y, xs, ys, left, width, height)
        colour = COLOURS[index % len(COLOURS)]
        _draw_series(whole, series, points, colour)
        if series.label:
            at = 8 + 17 * named.index(series.label)
            whole.add(f'<rect x="{_n(left + width + 8)}" y="{_n(at)}" width="12" height="3" fill="{colour}"/>')
            whole.write(series.label, left + width + 24, at + 6, size=_SMALL)
    return whole


def _frame(
    whole: Drawing, left: float, width: float, height: float, xs: tuple[float, float], ys: tuple[float, float]
) -> None:
    """Draw two axes with the numbers at their ends."""
    whole.line([(left, 0), (left, height), (left + width, height)], RULE)
    for value, y in ((ys[1], 10.0), (ys[0], height)):
        whole.write(number(value), left - 5, y, anchor="end", size=_SMALL)
    for value, x, anchor in ((xs[0], left, "start"), (xs[1], left + width, "end")):
        whole.write(number(value), x, height + 16, anchor=anchor, size=_SMALL)


def _scaled(
    x: Floats, y: Floats, xs: tuple[float, float], ys: tuple[float, float], left: float, width: float, height: float
) -> list[tuple[float, float]]:
    right = left + (x - xs[0]) / (xs[1] - xs[0]) * width
    down = height - np.clip((y - ys[0]) / (ys[1] - ys[0]), -0.02, 1.02) * height
    return [(float(a), float(b)) for a, b in zip(right, down, strict=True)]


def _draw_series(whole: Drawing, series: Series, points: list[tuple[float, float]], colour: str) -> None:
    if series.has_line and len(points) > 1:
        step = -(-len(points) // MAX_LINE)
        whole.line([*points[:-1:step], points[-1]], colour, width=1.6)
    for x, y in points[:MAX_LINE] if series.has_marks else ():
        whole.add(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="3" fill="{colour}"/>')


# --- planes


def plane(picture: Plane, *, side: float = 280) -> Drawing:
    """Draw a function over the plane as shades, its points with their labels, and lines across it."""
    left, right, bottom, top = picture.box
    height = min(max((top - bottom) / (right - left) * side, side / 3), side * 1.5)
    ground = Drawing(side, height)
    rows, columns = picture.values.shape
    scale = f"scale({side / columns:.4g} {height / rows:.4g})"
    ground.add(f'<g transform="{scale}" shape-rendering="crispEdges" stroke-width="1.02" fill="none">')
    for colour, path in sorted(_runs(_ground(picture)).items()):
        ground.add(f'<path stroke="{colour}" d="{path}"/>')
    ground.add("</g>")
    margin = 8 + max(width_of(number(end), _SMALL) for end in (bottom, top))
    whole = Drawing(margin + side + 8, height + 22)
    whole.put(ground, margin, 0)
    _frame(whole, margin, side, height, (left, right), (bottom, top))
    for series in picture.lines:
        points = _scaled(series.x, series.y, (left, right), (bottom, top), margin, side, height)
        whole.line(points, INK, width=1.8)
    places = _scaled(picture.points[:, 0], picture.points[:, 1], (left, right), (bottom, top), margin, side, height)
    for (x, y), label in zip(places, picture.classes, strict=True):
        colour = COLOURS[abs(label) % len(COLOURS)]
        whole.add(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="8" fill="{colour}" stroke="#fff"/>')
        whole.write(str(label), x, y + 4, anchor="middle", size=_SMALL, fill="#fff")
    return whole


def _ground(picture: Plane) -> list[list[str]]:
    """Return the ground of a plane: white for the lowest value, a light orange for the highest."""
    steps = levels(picture.values[::-1], picture.low, picture.high, SHADES)
    return [["#999" if step < 0 else _mixed(step / (SHADES - 1), (245, 176, 110)) for step in row] for row in steps]


def _mixed(share: float, full: tuple[int, int, int]) -> str:
    """Return a colour between white, which is "", and ``full``."""
    return "#" + "".join(f"{round(255 - share * (255 - part)):02x}" for part in full) if share else ""


# --- bars and tables


def bars(picture: Bars, *, width: float = 300) -> Drawing:
    """Draw horizontal bars, labels on the left and numbers on the right."""
    finite = np.nan_to_num(picture.values)
    low, high = min(0.0, float(finite.min())), max(0.0, float(finite.max()))
    span = high - low or 1.0
    names = 8 + max(width_of(label) for label in picture.labels)
    whole = Drawing(names + width + 64, 20.0 * len(picture.labels))
    zero = names - low / span * width
    for row, (label, value) in enumerate(zip(picture.labels, finite, strict=True)):
        y = 20.0 * row
        size = abs(float(value)) / span * width
        x = zero - size if value < 0 else zero
        colour = COLOURS[1] if value < 0 else COLOURS[0]
        whole.write(label, names - 8, y + 14, anchor="end")
        whole.add(f'<rect x="{_n(x)}" y="{_n(y + 3)}" width="{_n(size)}" height="14" fill="{colour}"/>')
        text = "nan" if np.isnan(picture.values[row]) else number(float(value))
        whole.write(text, names + width + 6, y + 14, size=_SMALL)
    whole.line([(zero, 0), (zero, whole.height)], RULE)
    return whole


def table(picture: Table) -> Drawing:
    """Draw a table: a line below the headings, numbers right-aligned as the text has them."""
    rows = [picture.headings, *picture.rows] if picture.headings else list(picture.rows)
    widths = [16 + max(width_of(row[column]) for row in rows) for column in range(len(rows[0]))]
    whole = Drawing(sum(widths), 20.0 * len(rows) + 4)
    for index, row in enumerate(rows):
        x = 0.0
        for text, width in zip(row, widths, strict=True):
            whole.write(text, x, 20.0 * index + 14)
            x += width
    if picture.headings:
        whole.line([(0, 20), (whole.width, 20)], RULE)
    return whole
