"""``autograder export --course``: one row for each student over all assignments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course import course_file
from ..errors import UsageError
from . import class_grades

if TYPE_CHECKING:
    from ..course.course_file import Course
    from ..grading.policies import Attempt
    from .class_grades import ClassGrades, Kept


def export_course(
    files: Sequence[Path],
    kept: Kept | None,
    out: Path,
    *,
    root: Path,
    leave_out: Sequence[str],
    accept: Sequence[str],
    as_of: str | None = None,
) -> None:
    """Write the table of the course, of now or as of a time.

    Raises:
        UsageError: a table is wrong, two are of one assignment, or a student of ``leave_out`` is in none.
        NeedsHuman: a person has to look at a submission first; names all of the first table.
    """
    from ..exchange.course_table import write_course
    from ..exchange.csv_grades import read_grades
    from ..exchange.grades import folded
    from ..grading.course_total import course_rows

    course = course_file.read(root)
    attempts: dict[str, Mapping[str, Sequence[Attempt]]] = {}
    first: dict[str, Path] = {}
    absent = {folded(name): name for name in leave_out}
    for file in files:
        students = [each.grade.student for each in read_grades(file)]
        own = [name for name in students if folded(name) in set(map(folded, leave_out))]
        absent = {key: name for key, name in absent.items() if key not in set(map(folded, own))}
        found = class_grades.load(file, kept, root=root, leave_out=own, accept=accept, as_of=as_of, slug_needed=True)
        if found.slug in first:
            raise UsageError(f"{file} and {first[found.slug]} are both of {found.slug}. Name one of them.")
        first[found.slug] = file
        attempts[found.slug] = _attempts(found, root)
    if absent:
        raise UsageError(f"No table has a student {', '.join(absent.values())}.")
    rows = course_rows(attempts, course, now=datetime.now(UTC))
    with class_grades.recording_course(rows, kept):
        write_course(rows, out)
    for slug in sorted(_counted(course) - attempts.keys()):
        click.echo(f"autograder: course.toml counts {slug}, and no table of it is named. It is left out.", err=True)
    tables = f"{len(attempts)} assignment{'s' if len(attempts) != 1 else ''}"
    click.echo(f"{out}: {len(rows)} student{'s' if len(rows) != 1 else ''}, {tables}.")


def _counted(course: Course) -> set[str]:
    """Return the assignments that course.toml names for the total."""
    return {*course.weights, *(slug for group in course.groups for slug in group.assignments)}


def _attempts(found: ClassGrades, root: Path) -> dict[str, Sequence[Attempt]]:
    """Return all attempts of each student in an assignment."""
    from ..exchange.final_grades import attempt_of_row

    tasks = assignments.load(found.slug, root=root).tasks_with_points
    return {
        each.grade.student: [
            *(earlier.attempt for earlier in found.earlier.get(each.grade.student, ())),
            attempt_of_row(each.row, tasks, file=str(found.file)),
        ]
        for each in found.finals
        if each.row is not None
    }
