"""``autograder export``: grades of a class for another system."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..exchange.writers import UTF16, System, writer
from ..messages import DEFAULT, use_language
from ..reports.files import check_writable, write_bytes, write_text
from . import class_grades, export_feedback, export_nbgrader, options

if TYPE_CHECKING:
    from ..exchange.grades import Filled
    from ..exchange.template import Template
    from .class_grades import ClassGrades, Kept

WITHOUT_TEMPLATE = (System.CSV, System.NBGRADER)
NAMED_COLUMNS = (System.CANVAS, System.BLACKBOARD, System.BRIGHTSPACE)  # by the assignment; others have one table each
WITH_FEEDBACK = (System.CANVAS, System.MOODLE)


@click.command()
@click.argument("grades", type=options.PATH, nargs=-1, required=True)
@options.choice("--to", System, required=True, help="The system that takes the grades.")
@click.option("--template", type=options.PATH, help="Table downloaded from that system; not for csv and nbgrader.")
@click.option(
    "--out", type=options.PATH, required=True, help="File for the grades, never the template; for nbgrader its course."
)
@click.option("--column", metavar="TITLE", help="Column of the assignment, if the template has several.")
@click.option("--course", is_flag=True, help="With --to csv: a row for each student over all GRADES, and the total.")
@click.option(
    "--feedback", type=options.PATH, help="Folder students/ of the run: also write its pages, as OUT-feedback.zip."
)
@click.option(
    "--submissions",
    type=options.PATH,
    help="Submissions, just downloaded: name files newer than the graded ones. Needed for --feedback of Canvas.",
)
@click.option("--pages", type=options.PATH, help="New folder for the students' pages with the final points.")
@click.option("--leave-out", multiple=True, metavar="STUDENT", help="Do not export this student; can be repeated.")
@click.option(
    "--accept", multiple=True, metavar="REASON", help="Also export who needs a human for this reason; can be repeated."
)
@click.option("--overwrite", is_flag=True, help="Also replace grades in the template that were not exported from here.")
@click.option("--as-of", metavar="TIME", help="Grades as they were then, such as 2026-11-20T12:00, from the store.")
@options.store
@options.lang
@options.root
def export(
    *,
    grades: Sequence[Path],
    to: System,
    template: Path | None,
    out: Path,
    column: str | None,
    course: bool,
    feedback: Path | None,
    submissions: Path | None,
    pages: Path | None,
    leave_out: Sequence[str],
    accept: Sequence[str],
    overwrite: bool,
    as_of: str | None,
    store: str | None,
    lang: str | None,
    root: Path,
) -> None:
    """Write the grades of a class into the table of an LMS.

    GRADES is the staff/grades.csv of a batch run; with --course, those of several assignments. The rules of course.toml
    are applied. Only the cells of the grades change in the table. With --as-of, the grades come from the store, and
    GRADES says of which assignment.
    """
    _check_arguments(to, template, column, feedback, submissions)
    class_grades.check_reasons(accept)
    _check_course(grades, to, course=course, others=[feedback, pages])
    archive = out.with_name(f"{out.stem}-feedback.zip") if feedback else None
    if as_of is not None and (feedback or pages or to is System.NBGRADER):
        raise UsageError("The students' pages and reports are those of today. Export with --as-of to a table only.")
    if pages is not None and os.path.lexists(pages):
        raise UsageError(f"{pages} exists. Name a new folder with --pages.")
    if to is System.NBGRADER:
        export_nbgrader.check_course(out)
    else:
        for target in filter(None, (out, archive)):
            _check_target(target, [path for path in (*grades, template, submissions) if path])
    with class_grades.kept(store, root) as kept:
        if course:
            from .export_course import export_course

            with use_language(lang or DEFAULT):
                export_course(grades, kept, out, root=root, leave_out=leave_out, accept=accept, as_of=as_of)
            return
        with class_grades.language(grades[0], lang, root):
            found = class_grades.load(grades[0], kept, root=root, leave_out=leave_out, accept=accept, as_of=as_of)
            if to is System.NBGRADER:
                export_nbgrader.export(found, kept, out)
            elif template is None:
                _export_csv(found, kept, out)
            else:
                job = _Export(to, template, out, column, feedback, submissions, archive, overwrite, root)
                job.run(found, kept)
            if pages is not None:
                count = export_feedback.write_pages(grades[0].parent.with_name("students"), found, pages)
                click.echo(f"{pages}: {count} page{'s' if count != 1 else ''}.")


def _export_csv(found: ClassGrades, kept: Kept | None, out: Path) -> None:
    from ..exchange import final_grades

    grades = [each.grade for each in found.finals]
    text = final_grades.table(found.finals)
    with class_grades.recording(found, kept, "csv", {grade.student for grade in grades}):
        write_text(out, text)
    click.echo(f"{out}: {_count(sum(grade.points is not None for grade in grades))}.")


@dataclass(frozen=True, slots=True)
class _Export:
    """An export into a table of another system: what the command line asks for."""

    to: System
    template: Path
    out: Path
    column: str | None
    feedback: Path | None
    submissions: Path | None
    archive: Path | None
    overwrite: bool
    root: Path

    def run(self, found: ClassGrades, kept: Kept | None) -> None:
        """Fill the template, write the files, and say what to do with them."""
        from ..exchange.template import parse

        table = parse(export_feedback.read(self.template), self.template.name, utf16=self.to in UTF16)
        filled, notes = self._filled(table, found, kept)
        newer = self._newer(table, found, filled) if self.submissions else []
        packed = None
        if self.feedback:
            pages = export_feedback.pages_by_row(self.feedback, found, filled)
            packed = export_feedback.packed(self.to, table, pages, self.submissions)
        students = {filled.rows[row].student for row in filled.written}
        with class_grades.recording(found, kept, self._target(filled), students):
            _write(self.out, filled.data, self.archive, packed)
        for warning in (*filled.warnings, *notes, *newer):
            click.echo(f"autograder: {warning}", err=True)
        click.echo(f'{self.out}: {_count(filled.graded)} in the column "{filled.column.header}".')
        steps = writer(self.to).steps(filled, self.out.name, self.archive.name if self.archive else None)
        for number, step in enumerate(steps, 1):
            click.echo(f"{number}. {step}")

    def _newer(self, table: Template, found: ClassGrades, filled: Filled) -> list[str]:
        """Return sentences on the students whose files in the submissions are not the graded ones."""
        from ..course import assignment as assignments
        from ..exchange import newer

        assert self.submissions
        has_folder = bool(found.slug) and (self.root / "assignments" / found.slug).is_dir()
        return newer.by_files(
            self.submissions,
            format="git_clones" if self.to is System.CLASSROOM50 else self.to.value,
            table=self.template,
            template=table,
            rows=filled.rows,
            assignment=assignments.load(found.slug, root=self.root) if has_folder else None,
        )

    def _filled(self, table: Template, found: ClassGrades, kept: Kept | None) -> tuple[Filled, list[str]]:
        """Return the filled template, without the cells in which a person wrote; and a sentence on each of these."""
        from ..exchange import grades_moodle, other_values

        grades = class_grades.with_reasons(found, kept)
        fill = writer(self.to).fill
        if self.to is System.MOODLE:
            fill = functools.partial(grades_moodle.fill, overwrite=self.overwrite)
        filled = fill(table, grades, column=self.column)
        notes = self._of_another_assignment(found, kept, filled)
        published = class_grades.published(found, kept, self._target(filled))
        others = other_values.find(table, filled, published)
        if others and not self.overwrite:
            names = {each.student for each in others}
            rest = [grade for grade in grades if grade.student not in names]
            filled = fill(table, rest, column=filled.column.header)
        return filled, [*notes, *other_values.sentences(others, overwrite=self.overwrite)]

    def _of_another_assignment(self, found: ClassGrades, kept: Kept | None, filled: Filled) -> list[str]:
        """Return a sentence if an earlier export says that the column is that of another assignment.

        Raises:
            UsageError: it does, and nobody has named the column.
        """
        if self.to not in NAMED_COLUMNS:
            return []
        why = class_grades.other_use(found, kept, self.to.value, filled.column.header)
        place = f'{self.template.name}, line 1, column "{filled.column.header}"'
        if why and self.column is None:
            raise UsageError(
                f"{place}: {why}. Download the table with the column of {found.slug}. If this is the right one, add "
                f"--column {filled.column.title!r}."
            )
        return [f"{place}: {why}. Check that it is the right column."] if why else []

    def _target(self, filled: Filled) -> str:
        """Return the name of the column in the store. A worksheet of Moodle has one, whose title is translated."""
        return self.to.value if self.to is System.MOODLE else f"{self.to.value}: {filled.column.header}"


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
    if to is System.CANVAS and feedback and submissions is None:
        raise UsageError(
            "Canvas finds the student of a feedback file by the name of the submission. Also give --submissions, the "
            "archive that you downloaded from Canvas."
        )
    if to in WITHOUT_TEMPLATE and submissions:
        raise UsageError(f"--submissions is compared by the table of a system, and --to {to} has none. Omit it.")


def _check_course(grades: Sequence[Path], to: System, *, course: bool, others: Sequence[Path | None]) -> None:
    if course and (to is not System.CSV or any(others)):
        raise UsageError("--course writes a table of its own. Give --to csv, and omit --feedback and --pages.")
    if not course and len(grades) > 1:
        raise UsageError(f"{len(grades)} tables are named. Name one, or add --course for a table over all of them.")


def _check_target(out: Path, sources: Sequence[Path]) -> None:
    check_writable(out.parent, out)
    for source in sources:
        if out.exists() and source.exists() and os.path.samefile(out, source):
            raise UsageError(f"{out} would replace a file that is read. Name another file with --out.")


def _count(grades: int) -> str:
    return f"{grades} grade{'s' if grades != 1 else ''}"


def _write(out: Path, grades: bytes, archive: Path | None, packed: bytes | None) -> None:
    """Write the grades, then the archive: both or none. Who is killed in between leaves what is uploaded first."""
    before = out.read_bytes() if archive and out.exists() else None
    write_bytes(out, grades)
    if archive is None or packed is None:
        return
    try:
        write_bytes(archive, packed)
    except BaseException:
        if before is None:
            out.unlink()
        else:
            write_bytes(out, before)
        raise
