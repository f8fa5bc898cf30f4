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
from ..course import folders, release_file, translation
from ..course import submission as submissions
from ..course.assignment import Assignment
from ..course.submission import Refused, Submission
from ..errors import SubmissionRejected, UsageError, did_you_mean
from ..messages import DEFAULT, say, use_language
from ..model import Audience, Level, Report
from ..reports.files import check_writable, write_text
from ..reports.printable import file_stem
from . import options

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@options.slugs
@click.option("--submission", type=options.PATH, help="Folder, .py, .ipynb or .zip to grade.")
@click.option("--json", type=options.PATH, help="Also write the complete report (for staff) to this file.")
@click.option("--task", default="", metavar="TASK", help="Grade only this task, such as bce; for practice.")
@click.option(
    "--html", type=options.PATH, help="Folder for the pages (default: report; with --submission a folder in it)."
)
@click.option("--junit", type=options.PATH, help="Also write the student's report as JUnit XML, for a CI.")
@click.option("--markdown", type=options.PATH, help="Also write the student's report as Markdown, for a CI.")
@options.plain
@options.official
@options.level
@options.seed
@options.device
@options.data
@options.data_root
@options.choice("--audience", Audience, default="student", show_default=True, help="Who reads terminal and pages.")
@options.lang
@options.solutions
@options.root
def grade(
    *,
    slugs: tuple[str, ...],
    submission: Path | None,
    json: Path | None,
    task: str,
    html: Path | None,
    junit: Path | None,
    markdown: Path | None,
    plain: bool,
    official: bool,
    level: Level,
    seed: int | None,
    device: str,
    data: str | None,
    audience: Audience,
    lang: str | None,
    root: Path,
) -> None:
    """Grade all assignments, some of them, or one submission.

    SLUG is an assignment, such as 05-logistic; its number (5) or the beginning of its name is enough. Without one,
    every assignment is graded as it is.
    """
    chosen = options.with_data(assignments.choose(slugs, root=root), data)
    if not slugs:
        chosen = assignments.recommended(chosen)
    if len(chosen) != 1 and (submission or json or task):
        option = "--submission PATH" if submission else "--json PATH" if json else "--task TASK"
        name = option.partition(" ")[0]
        raise UsageError(f"{name} is for one assignment. Name it: autograder grade 05-logistic {option}.")
    if task:
        _check_task(task, chosen[0], official=official)
    folder = html or _folder_of(submission)
    for file in (json, junit, markdown):
        check_writable(folder, file)
    opened = [_open(each, submission, lang) for each in chosen]

    from ..grading.options import RunOptions
    from ..workers.supervisor import Supervisor

    drawn = options.seed_of(seed, official=official)
    run = RunOptions(official=official, level=level, seed=drawn, device=device, task=task, draft=True)
    with use_language(_common_language(chosen, lang)):
        if not slugs:
            _show_last_runs(folder, chosen)
        with Supervisor() as supervisor:
            options.start_zygote(supervisor, chosen[0], run)

            from ..grading.session import grade_one
            from ..reports import last_run
            from .console import Terminal, end_with_grader_errors, progress

            changed = release_file.changes(root)
            console = Terminal()
            reports = []
            with progress(console, say("report.grading")) as advance:
                for each, found in zip(chosen, opened, strict=True):
                    with translation.assignment_language(lang, each):
                        report = grade_one(each, found, run=run, supervisor=supervisor)
                    path = str(submission) if submission else None
                    notes = last_run.changed_cases(report, folder, changed.get(each.slug, {}))
                    submitted = replace(report.submission, path=path)
                    reports.append(replace(report, submission=submitted, notes=(*report.notes, *notes)))
                    advance(len(reports), len(chosen))
        if json:
            _write_json(reports[0], json)
        if junit or markdown:
            _write_for_ci(reports, junit, markdown)
        changes = [last_run.keep(each, folder, changed.get(each.assignment, {})) for each in reports]
        _show(reports, changes, chosen, folder, root=root, audience=audience, console=console, plain=plain)
    end_with_grader_errors(reports)


def _open(assignment: Assignment, path: Path | None, lang: str | None) -> Submission | Refused:
    with translation.assignment_language(lang, assignment):
        try:
            return submissions.open(path or assignment.folder, assignment)
        except SubmissionRejected as refusal:
            return Refused(None, refusal.message)


def _show_last_runs(folder: Path, course: Sequence[Assignment]) -> None:
    """Print at once where a student stands; nothing if the output is not a terminal."""
    from ..reports import last_run
    from .console import Terminal

    console = Terminal()
    if console.is_terminal and (sentence := last_run.so_far(folder, [each.slug for each in course])):
        console.print(sentence, style="dim")


def _write_json(report: Report, path: Path) -> None:
    from ..reports.document import to_json

    write_text(path, to_json(report, audience=Audience.STAFF))


def _write_for_ci(reports: Sequence[Report], junit: Path | None, markdown: Path | None) -> None:
    """Write what a CI shows: what a student may see, whoever runs the command."""
    from ..reports import junit as xml
    from ..reports import summary

    if junit:
        write_text(junit, xml.junit(reports, audience=Audience.STUDENT))
    if markdown:
        write_text(markdown, summary.markdown(reports, audience=Audience.STUDENT))


def _check_task(task: str, assignment: Assignment, *, official: bool) -> None:
    names = [each.id for each in assignment.tasks]
    if official:
        raise UsageError("--task is for practice; an official run grades all tasks. Use one of the two options.")
    if task not in names:
        guess = did_you_mean(task, names)
        raise UsageError(f'{assignment.slug} has no task "{task}".{guess} The tasks are {", ".join(names)}.')


def _folder_of(submission: Path | None) -> Path:
    """Return the folder for the pages: that of a submission is its own, so that it replaces no other page."""
    folder = Path("report")
    return folder / "submissions" / file_stem(str(submission)) if submission else folder


def _show(
    reports: Sequence[Report],
    changes: Sequence[str],
    graded: Sequence[Assignment],
    folder: Path,
    *,
    root: Path,
    audience: Audience,
    console: Console,
    plain: bool,
) -> None:
    """Write the pages, then print one report, or a summary of several; ``changes`` are those since the last run."""
    from ..reports import last_run, page, terminal
    from ..reports import plain as linear

    printer = linear if plain or linear.is_wanted(console) else terminal
    pages = [
        page.write(report, folder, audience=audience, change=change)
        for report, change in zip(reports, changes, strict=True)
    ]
    if any(not report.only_task and report.submission.path is None for report in reports):
        last_run.write_index(folder, folders.slugs_of(root), lambda runs: page.write_index(runs, folder))
    if len(reports) == 1:
        printer.show(reports[0], audience=audience, console=console, change=changes[0], page=pages[0])
    else:
        modules = {each.slug: each.edited_file(each.modules[0]).name for each in assignments.recommended(graded)}
        printer.summary(reports, console, modules=modules, page=folder / "index.html")


def _common_language(chosen: Sequence[Assignment], lang: str | None) -> str:
    """Return the language of text about all assignments: their own if they share one, else English."""
    found = {lang or each.language for each in chosen}
    return found.pop() if len(found) == 1 else DEFAULT
