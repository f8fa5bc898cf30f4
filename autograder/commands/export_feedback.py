"""The pages of students for ``export``: for another system as an archive, or for handing out as a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..exchange.writers import System

if TYPE_CHECKING:
    from ..exchange.grades import Filled
    from ..exchange.template import Template
    from .class_grades import ClassGrades


def pages_by_row(folder: Path, found: ClassGrades, filled: Filled) -> Mapping[int, bytes]:
    """Return the page of each graded student, by the row of the template. ``folder`` is students/ of the run.

    Raises:
        UsageError: the folder lacks a page.
    """
    by_student = pages(folder, found, {grade.student for grade in filled.rows.values() if grade.points is not None})
    return {row: by_student[grade.student] for row, grade in filled.rows.items() if grade.student in by_student}


def pages(folder: Path, found: ClassGrades, wanted: set[str]) -> dict[str, bytes]:
    """Return the pages of ``wanted`` students. A page shows the final points, and why they are not those of the cases.

    Raises:
        UsageError: the folder lacks a page, or the name of the assignment is not known.
    """
    from ..batch.results import page_paths
    from ..model import Audience
    from ..reports import page

    if not found.slug:
        run = found.file.with_name("run.json")
        problem = "cannot be read, so the pages have no names"
        raise UsageError(f"{run} {problem}. Use the grades.csv in the folder of a run.")
    paths = page_paths(found.slug, [each.grade.student for each in found.students])
    if missing := sorted(name for name in wanted if not (folder / paths[name]).is_file()):
        raise UsageError(f"{folder} has no page of {', '.join(missing)}. Give the folder students/ of the same run.")
    made = {}
    for each in found.finals:
        name = each.grade.student
        if name not in wanted:
            continue
        if each.final.adjustments:
            report = found.report(each, found.file.parent / Path(paths[name]).with_suffix(".json"))
            made[name] = page.html(report, audience=Audience.STUDENT).encode()
        else:
            made[name] = read(folder / paths[name])
    return made


def write_pages(folder: Path, found: ClassGrades, target: Path) -> int:
    """Write the page of every student into a new folder, all or none; return how many there are.

    Raises:
        UsageError: a page is missing, or ``target`` exists.
    """
    from ..batch.results import page_paths
    from ..exchange.whole_folder import whole_folder
    from ..reports.files import write_bytes

    made = pages(folder, found, {each.grade.student for each in found.finals if each.row})
    paths = page_paths(found.slug, [each.grade.student for each in found.students])
    with whole_folder(target, mode=0o777) as draft:
        for name, page in made.items():
            write_bytes(draft / paths[name], page)
    return len(made)


def packed(to: System, table: Template, pages: Mapping[int, bytes], submissions: Path | None) -> bytes:
    """Return the archive of feedback for Canvas or Moodle.

    Raises:
        UsageError: ``submissions`` from Canvas cannot be read.
    """
    from ..exchange import formats, grades_canvas, grades_moodle, imports
    from ..exchange.grades import named

    if to is System.MOODLE:
        numbers = grades_moodle.participants(table)
        return grades_moodle.feedback_zip({numbers[row]: page for row, page in pages.items()})
    assert submissions is not None  # checked with the other arguments
    ids = grades_canvas.user_ids(table)
    with imports.opened(submissions) as source:
        formats.reader_of(source, System.CANVAS.value)
        entries = source.names
    made, left = grades_canvas.feedback_zip(
        entries, {ids[row]: page for row, page in pages.items()}, ids=set(ids.values())
    )
    lines = [str(table.rows[row].line) for row in pages if ids[row] in left]
    if lines:
        place = f"{table.name}, line{'s' if len(lines) > 1 else ''} {named(lines)}"
        click.echo(f"autograder: {place}: no file in {submissions.name} can take the feedback.", err=True)
    return made


def read(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}. Name the file that you downloaded.") from exc
