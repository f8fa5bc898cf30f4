"""The class page: a row for each submission, and the leaderboards. The page of what needs a human."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from . import class_rows
from .class_rows import ClassRow
from .page import pieces

ROWS_OF_A_PART: Final = 500  # a longer table is slow to lay out; its parts have links at the top
LONGEST_BOARD: Final = 100  # places of a leaderboard


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another page of the same run, relative to the class page."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that follow each other, and the names of the first and the last one. They can be read once, in order."""

    first: str
    last: str
    rows: Iterator[ClassRow]


def html(
    rows: Collection[ClassRow], *, slug: str, title: str, practice: bool = False, links: Sequence[Link] = ()
) -> Iterator[str]:
    """Yield, in pieces, a page with a row for each submission and the leaderboards.

    A name links to the ``page`` of its row.
    """
    return pieces(
        "class.html.j2",
        parts=_parts(rows),
        slug=slug,
        title=title,
        line=class_rows.class_line(rows),
        boards=class_rows.leaderboards(rows, longest=LONGEST_BOARD),
        practice=practice,
        links=links,
    )


def _parts(rows: Collection[ClassRow]) -> list[Part]:
    names = (row.name for row in rows)
    ends = []
    while part := list(islice(names, ROWS_OF_A_PART)):
        ends.append((part[0], part[-1]))
    left = iter(rows)
    return [Part(*each, islice(left, ROWS_OF_A_PART)) for each in ends]


def attention_html(rows: Collection[ClassRow], *, slug: str, title: str) -> Iterator[str]:
    """Yield, in pieces, a page with the submissions at which a person has to look, and why."""
    return pieces("attention.html.j2", rows=rows, slug=slug, title=title)
