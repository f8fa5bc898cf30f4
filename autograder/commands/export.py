"""``autograder export``: grades of a class for another system."""

from __future__ import annotations

import importlib.util
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..exchange.writers import UTF16, System, writer
from ..reports.files import check_writable, write_bytes, write_text
from . import options

if TYPE_CHECKING:
    from ..exchange.csv_grades import GradedStudent
    from ..exchange.grades import Filled, Grade
    from ..exchange.template import Template

WITHOUT_TEMPLATE = (System.CSV, System.NBGRADER)
WITH_FEEDBACK = (System.CANVAS, System.MOODLE)


@click.command()
@click.argument("grades", type=options.PATH)
@options.choice("--to", System, required=True, help="The system that takes the grades.")
@click.option("--template", type=options.PATH, help="Table downloaded from that system; not for csv and nbgrader.")
@click.option(
    "--out", type=options.PATH, required=True, help="File for the grades, never the template; for nbgrader its course."
)
@click.option("--column", metavar="TITLE", help="Column of the assignment, if the template has several.")
@click.option(
    "--feedback", type=options.PATH, help="Folder students/ of the run: also write its pages, as OUT-feedback.zip."
)
@click.option("--submissions", type=options.PATH, help="Archive of submissions from Canvas; needed for its --feedback.")
@click.option("--leave-out", multiple=True, metavar="STUDENT", help="Do not export this student; can be repeated.")
def export(
    *,
    grades: Path,
    to: System,
    template: Path | None,
    out: Path,
    column: str | None,
    feedback: Path | None,
    submissions: Path | None,
    leave_out: Sequence[str],
) -> None:
    """Write the grades of a class into the table of an LMS.

    GRADES is the staff/grades.csv of a batch run. Only the cells of the grades change in the table.
    """
    _check_arguments(to, template, column, feedback, submissions)
    if to is System.NBGRADER:
        _to_course(grades, out, leave_out)
        return
    archive = out.with_name(f"{out.stem}-feedback.zip") if feedback else None
    _check_target(out, [path for path in (grades, template, submissions) if path])
    if archive:
        _check_target(archive, [path for path in (grades, template, submissions) if path])

    from ..exchange import csv_grades

    students = csv_grades.read_grades(grades)
    kept = csv_grades.without(students, leave_out, file=grades.name)
    if template is None:
        write_text(out, csv_grades.plain_table(kept))
        click.echo(f"{out}: {_count(sum(grade.points is not None for grade in kept))}.")
        return

    from ..exchange.template import parse

    table = parse(_read(template), template.name, utf16=to in UTF16)
    filled = writer(to).fill(table, kept, column=column)
    packed = None
    if feedback:
        pages = _pages(feedback, grades, students, filled)
        packed = _packed(to, table, pages, submissions)
    _write(out, filled.data, archive, packed)
    for warning in filled.warnings:
        click.echo(f"autograder: {warning}", err=True)
    click.echo(f'{out}: {_count(filled.graded)} in the column "{filled.column.header}".')
    for number, step in enumerate(writer(to).steps(filled, out.name, archive.name if archive else None), 1):
        click.echo(f"{number}. {step}")


def _to_course(grades: Path, course: Path, leave_out: Sequence[str]) -> None:
    """Write the reports of a run into an nbgrader course."""
    if not course.is_dir():
        raise UsageError(f"There is no folder {course}. Name the folder of the nbgrader course with --out.")
    if importlib.util.find_spec("nbgrader") is None:
        raise UsageError("nbgrader is not installed. Install it with: pip install 'autograder-dl[instructor]'")
    from ..exchange import csv_grades, grades_nbgrader

    kept = csv_grades.without(csv_grades.read_grades(grades), leave_out, file=grades.name)
    written = grades_nbgrader.write(grades.parent, kept, course)
    click.echo(f"{course}: {_count(len(written.students))} in the gradebook.")
    if written.left_out:
        click.echo(f"autograder: without a complete report: {', '.join(written.left_out)}", err=True)
    click.echo("1. Run: nbgrader generate_feedback --force")


def _check_arguments(
    to: System, template: Path | None, column: str | None, feedback: Path | None, submissions: Path | None
) -> None:
    if to in WITHOUT_TEMPLATE and (template or column):
        raise UsageError(f"--to {to} needs no table. Omit --template and --column.")
    if to not in WITHOUT_TEMPLATE and template is None:
        raise UsageError(f"--to {to} needs --template: the table that you downloaded from there.")
    if feedback and to not in WITH_FEEDBACK:
        raise UsageError(
            f"--to {to} takes no archive of feedback. Omit --feedback, and hand out the pages in {feedback}."
        )
    if feedback and not feedback.is_dir():
        raise UsageError(f"{feedback} is not a folder. Give the folder students/ of the batch run.")
    if (to is System.CANVAS and feedback is not None) != (submissions is not None):
        raise UsageError(
            "Canvas finds the student of a feedback file by the name of the submission. Give --feedback and "
            "--submissions, the archive that you downloaded from Canvas, together, and only with --to canvas."
        )


def _check_target(out: Path, sources: Sequence[Path]) -> None:
    check_writable(out.parent, out)
    for source in sources:
        if out.exists() and source.exists() and os.path.samefile(out, source):
            raise UsageError(f"{out} would replace a file that is read. Name another file with --out.")


def _count(grades: int) -> str:
    return f"{grades} grade{'s' if grades != 1 else ''}"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}. Name the file that you downloaded.") from exc


def _pages(folder: Path, grades: Path, students: Sequence[GradedStudent], filled: Filled) -> Mapping[int, bytes]:
    """Return the page of each graded student, by the row of the template."""
    from ..batch.results import page_paths

    run = grades.with_name("run.json")
    try:
        slug = str(json.loads(run.read_bytes())["assignment"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise UsageError(
            f"{run} cannot be read, so the pages have no names. Use the grades.csv in the folder of a run."
        ) from exc
    paths = page_paths(slug, [each.grade.student for each in students])
    wanted: dict[int, Grade] = {row: grade for row, grade in filled.rows.items() if grade.points is not None}
    pages = {row: folder / paths[grade.student] for row, grade in wanted.items()}
    if missing := [wanted[row].student for row, page in pages.items() if not page.is_file()]:
        raise UsageError(f"{folder} has no page of {', '.join(missing)}. Give the folder students/ of the same run.")
    return {row: _read(page) for row, page in pages.items()}


def _packed(to: System, table: Template, pages: Mapping[int, bytes], submissions: Path | None) -> bytes:
    from ..exchange import grades_canvas, grades_moodle

    if to is System.MOODLE:
        numbers = grades_moodle.participants(table)
        return grades_moodle.feedback_zip({numbers[row]: page for row, page in pages.items()})
    assert submissions is not None  # checked with the other arguments
    ids = grades_canvas.user_ids(table)
    try:
        with zipfile.ZipFile(submissions) as archive:
            entries = [info.filename for info in archive.infolist() if not info.is_dir()]
    except (OSError, zipfile.BadZipFile) as exc:
        raise UsageError(
            f"{submissions} is not a zip archive that can be read. Download it from Canvas again."
        ) from exc
    packed, left = grades_canvas.feedback_zip(
        entries, {ids[row]: page for row, page in pages.items()}, ids=set(ids.values())
    )
    for row in pages:
        if ids[row] in left:
            line = table.rows[row].line
            click.echo(
                f"autograder: {table.name}, line {line}: no file in {submissions.name} can take the feedback.", err=True
            )
    return packed


def _write(out: Path, grades: bytes, archive: Path | None, packed: bytes | None) -> None:
    """Write the grades, and before them the archive: both or none."""
    if archive is None or packed is None:
        write_bytes(out, grades)
        return
    before = archive.read_bytes() if archive.exists() else None
    write_bytes(archive, packed)
    try:
        write_bytes(out, grades)
    except BaseException:
        if before is None:
            archive.unlink()
        else:
            write_bytes(archive, before)
        raise
