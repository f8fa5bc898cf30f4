"""The class page: a row for each submission, and the leaderboards."""

from __future__ import annotations

from collections.abc import Sequence

from . import views
from .page import render
from .views import ClassRow


def html(rows: Sequence[ClassRow], *, slug: str, title: str) -> str:
    """Return a page with a row for each submission and the leaderboards. A name links to the ``page`` of its row."""
    boards = views.leaderboards(rows)
    return render("class.html.j2", rows=rows, slug=slug, title=title, line=views.class_line(rows), boards=boards)
