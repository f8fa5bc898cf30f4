"""``autograder batch``: grade a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course import translation
from ..course.assignment import Assignment
from ..exchange import formats
from ..messages import say, translate
from ..model import Audience, Report
from ..reports.files import check_writable, page_names, write_text
from . import options

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@click.argument("slug")
@click.argument("source", type=options.PATH)
@click.option("--out", type=options.PATH, required=True, help="Folder for the reports, grades.csv and class.html.")
@options.official
@options.seed
@options.device
@options.data_root
@options.lang
@options.root
def batch(
    *,
    slug: str,
    source: Path,
    out: Path,
    official: bool,
    seed: int | None,
    device: str,
    lang: str | None,
    root: Path,
) -> None:
    """Grade a class: reports, grades.csv and a class page.

    SLUG is the assignment, such as 05-logistic. SOURCE is a folder with one folder, .py, .ipynb or .zip for each
    student. An entry of another kind is reported as not graded.
    """
    assignment = assignments.load(slug, root=root)
    source_format = formats.detect(source)
    entries = source_format.entries(source)
    names = page_names(assignment.slug, [student for student, _ in entries])
    check_writable(out)

    from ..grading.options import RunOptions
    from ..workers.supervisor import Supervisor

    run = RunOptions(official=official, seed=options.seed_of(seed, official=official), device=device)
    reports: list[Report] = []
    with translation.assignment_language(lang, assignment):
        with Supervisor() as supervisor:
            options.start_zygote(supervisor, assignment, run)

            from ..batch import runner
            from ..reports import page
            from ..reports.document import to_json
            from .console import Terminal, end_with_grader_errors, progress

            console = Terminal()
            with progress(console, assignment.slug) as advance:

                def record(report: Report) -> None:
                    name = names[report.submission.student or ""]
                    page.write(report, out, audience=Audience.STUDENT, name=f"{name}.html")
                    write_text(out / f"{name}.json", to_json(report, audience=Audience.STAFF))
                    reports.append(report)
                    advance(len(reports), len(names))

                runner.grade_class(assignment, entries, record, run=run, supervisor=supervisor)
        reports.sort(key=lambda report: report.submission.student or "")
        grades = out / "grades.csv"
        source_format.write_grades(reports, grades)
        _show_class(reports, assignment, out, names=names, grades=grades, console=console)
    end_with_grader_errors(reports)


def _show_class(
    reports: Sequence[Report],
    assignment: Assignment,
    out: Path,
    *,
    names: Mapping[str, str],
    grades: Path,
    console: Console,
) -> None:
    """Write the class page, which links to the page of each student by its name, and print the table of the class."""
    from ..reports import class_page, terminal
    from ..reports.views import class_row

    rows = [class_row(report, page=f"{names[report.submission.student or '']}.html") for report in reports]
    html = class_page.html(rows, slug=assignment.slug, title=translate(assignment.title))
    page = write_text(out / "class.html", html)
    terminal.class_table(rows, console)
    console.out(f"\n{say('report.class-page', page=page, grades=grades)}", highlight=False)
