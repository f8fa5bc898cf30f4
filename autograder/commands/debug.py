"""``autograder debug``: run one visible case in one process with the student's file, so that ``breakpoint()`` works.

It takes no ``--submission``: code that somebody else wrote must never run here.
"""

from __future__ import annotations

from pathlib import Path

import click

from ..course import assignment as assignments
from ..course import translation
from . import options


@click.command()
@click.argument("slug")
@click.argument("case", default="", metavar="CASE_OR_TASK")
@options.lang
@options.data_root
@options.root
def debug(*, slug: str, case: str, lang: str | None, root: Path) -> None:
    """Run one visible case so that breakpoint() works.

    The file is your own, in assignments/SLUG, such as 05-logistic. CASE_OR_TASK is the name of a visible case, such as
    bce_by_hand, or of a task, whose cases run until one does not pass.
    """
    assignment = assignments.load(slug, root=root)

    from ..grading import debugging

    with translation.assignment_language(lang, assignment):
        debugging.debug(assignment, case, click.echo)
