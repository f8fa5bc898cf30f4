"""``autograder grade``: grade the working copy of assignments, or one submission.

Slow imports (numpy, pytest, rich) come after the checks of the arguments: a usage error needs none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course import submission as submissions
from ..course import translation
from ..course.assignment import Assignment
from ..course.submission import Refused, Submission
from ..errors import SubmissionRejected, UsageError
from ..messages import DEFAULT, say, use_language
from ..model import Audience, Report
from ..reports.files import check_writable, write_text
from . import options

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@options.slugs
@click.option("--submission", type=options.PATH, help="Folder, .py, .ipynb or .zip to grade.")
@click.option("--json", type=options.PATH, help="Also write the complete report (for staff) to this file.")
@click.option("--html", type=options.PATH, default=Path("report"), show_default=True, help="Folder for the pages.")
@options.official
@options.seed
@options.device
@options.data_root
@options.choice("--audience", Audience, default="student", show_default=True, help="Who reads terminal and pages.")
@options.lang
@options.root
def grade(
    *,
    slugs: tuple[str, ...],
    submission: Path | None,
    json: Path | None,
    html: Path,
    official: bool,
    seed: int | None,
    device: str,
    audience: Audience,
    lang: str | None,
    root: Path,
) -> None:
    """Grade all assignments, some of them, or one submission.

    SLUG is an assignment, such as 05-logistic. Without one, every assignment is graded as it is.
    """
    chosen = assignments.choose(slugs, root=root)
    if len(chosen) != 1 and (submission or json):
        option = "--submission" if submission else "--json"
        raise UsageError(f"{option} is for one assignment. Name it: autograder grade 05-logistic {option} PATH.")
    check_writable(html, json)
    opened = [_open(each, submission, lang) for each in chosen]

    from ..grading.options import RunOptions
    from ..workers.supervisor import Supervisor

    run = RunOptions(official=official, seed=options.seed_of(seed, official=official), device=device)
    with use_language(_common_language(chosen, lang)):
        with Supervisor() as supervisor:
            options.start_zygote(supervisor, chosen[0], run)

            from ..grading.session import grade_one
            from .console import Terminal, end_with_grader_errors, progress

            console = Terminal()
            reports = []
            with progress(console, say("report.grading")) as advance:
                for each, found in zip(chosen, opened, strict=True):
                    with translation.assignment_language(lang, each):
                        report = grade_one(each, found, run=run, supervisor=supervisor)
                    path = str(submission) if submission else None
                    reports.append(replace(report, submission=replace(report.submission, path=path)))
                    advance(len(reports), len(chosen))
        if json:
            _write_json(reports[0], json)
        _show(reports, chosen, html, audience=audience, console=console)
    end_with_grader_errors(reports)


def _open(assignment: Assignment, path: Path | None, lang: str | None) -> Submission | Refused:
    with translation.assignment_language(lang, assignment):
        try:
            return submissions.open(path or assignment.folder, assignment)
        except SubmissionRejected as refusal:
            return Refused(None, refusal.message)


def _write_json(report: Report, path: Path) -> None:
    from ..reports.document import to_json

    write_text(path, to_json(report, audience=Audience.STAFF))


def _show(
    reports: Sequence[Report], graded: Sequence[Assignment], folder: Path, *, audience: Audience, console: Console
) -> None:
    """Write the pages, then print a single report, or a summary of several reports."""
    from ..reports import page, terminal

    pages = [page.write(report, folder, audience=audience) for report in reports]
    if len(reports) == 1:
        terminal.show(reports[0], audience=audience, console=console)
        written = pages[0]
    else:
        terminal.summary(reports, console, modules={each.slug: f"{each.modules[0]}.py" for each in graded})
        written = page.write_index(reports, [path.name for path in pages], folder)
    console.out(f"\n{say('report.page', page=written)}", highlight=False)


def _common_language(chosen: Sequence[Assignment], lang: str | None) -> str:
    """Return the language of text about all assignments: their own if they share one, else English."""
    found = {lang or each.language for each in chosen}
    return found.pop() if len(found) == 1 else DEFAULT
