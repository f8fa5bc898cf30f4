"""``autograder export --to nbgrader``: the reports of a run in an nbgrader course."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from . import class_grades

if TYPE_CHECKING:
    from .class_grades import ClassGrades, Kept


def check_course(course: Path) -> None:
    """Check that there is an nbgrader course.

    Raises:
        UsageError: the folder or nbgrader is missing.
    """
    if not course.is_dir():
        raise UsageError(f"There is no folder {course}. Name the folder of the nbgrader course with --out.")
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError("nbgrader is not installed. Install it with: pip install 'autograder-dl[instructor]'")


def export(found: ClassGrades, kept: Kept | None, course: Path) -> None:
    """Write the reports of a run into an nbgrader course."""
    check_course(course)
    from ..exchange import grades_nbgrader

    grades = [each.grade for each in found.finals]
    with class_grades.recording(found, kept, "nbgrader", {grade.student for grade in grades}):
        written = grades_nbgrader.write(found.file.parent, grades, course)
    count = len(written.students)
    click.echo(f"{course}: {count} grade{'s' if count != 1 else ''} in the gradebook.")
    if written.left_out:
        click.echo(f"autograder: without a complete report: {', '.join(written.left_out)}", err=True)
    click.echo("1. Run: nbgrader generate_feedback --force")
