"""The class page: a row for each submission, and the leaderboards. The page of what needs a human."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from . import class_rows
from .class_rows import ClassRow
from .page import render

ROWS_OF_A_PART: Final = 500  # a longer table is slow to lay out; its parts have links at the top
LONGEST_BOARD: Final = 100  # places of a leaderboard


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another page of the same run, relative to the class page."""

    address: str
    text: str


def html(rows: Sequence[ClassRow], *, slug: str, title: str, practice: bool = False, links: Sequence[Link] = ()) -> str:
    """Return a page with a row for each submission and the leaderboards. A name links to the ``page`` of its row."""
    return render(
        "class.html.j2",
        parts=[rows[start : start + ROWS_OF_A_PART] for start in range(0, len(rows), ROWS_OF_A_PART)],
        slug=slug,
        title=title,
        line=class_rows.class_line(rows),
        boards=class_rows.leaderboards(rows),
        longest_board=LONGEST_BOARD,
        practice=practice,
        links=links,
    )


def attention_html(rows: Sequence[ClassRow], *, slug: str, title: str) -> str:
    """Return a page with the submissions at which a person has to look, and why."""
    return render("attention.html.j2", rows=[row for row in rows if row.attention], slug=slug, title=title)
