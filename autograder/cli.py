"""The command line: arguments in, one call each, exit code out.

Exit codes: 0 graded (whatever the score), 2 wrong use, 3 the sandbox is not complete for ``--official``, 4 grader
error, or an audit that failed.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .batch import runner as classes
from .course import assignment as assignments
from .course import submission as submissions
from .course import translation
from .course.assignment import Assignment
from .errors import AssignmentError, AutograderError, CaseError, SubmissionRejected, UsageError
from .grading.options import RunOptions
from .grading.session import grade_one, rejected
from .messages import DEFAULT, languages, say, translate, use_language
from .model import Audience, Report
from .reports import render
from .workers.supervisor import Supervisor

if TYPE_CHECKING:
    from .audit.audit import Options
    from .audit.results import Audit

GRADER_ERROR = 4

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Grade deep-learning assignments. Student code never runs where the cases and the answers live.",
)

Root = Annotated[Path, typer.Option(help="The course folder, which holds assignments/.", show_default=False)]
Official = Annotated[bool, typer.Option("--official", help="Add the hidden cases; needs the complete sandbox.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Draw the same inputs again (official runs draw fresh ones).")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
LANGUAGES = "|".join(languages())


def _known(language: str | None) -> str | None:
    if language is not None and language not in languages():
        raise typer.BadParameter(f"{language!r} is not one of {', '.join(map(repr, languages()))}.")
    return language


Lang = Annotated[
    str | None,
    typer.Option(
        envvar="AUTOGRADER_LANG",
        metavar=LANGUAGES,
        callback=_known,
        help="What reports speak; else $AUTOGRADER_LANG, else the assignment's.",
    ),
]
DataRoot = Annotated[Path | None, typer.Option(help="Where data sets lie (MNIST); else $AUTOGRADER_DATA.")]


@app.command()
def grade(
    slugs: Annotated[list[str] | None, typer.Argument(metavar="[SLUG]...", help="Default: every assignment.")] = None,
    submission: Annotated[Path | None, typer.Option(help="Folder, .py, .ipynb or .zip to grade.")] = None,
    json: Annotated[Path | None, typer.Option(help="Also write the whole report (for staff) to this file.")] = None,
    html: Annotated[Path, typer.Option(help="Folder for the HTML reports.")] = Path("report"),
    official: Official = False,
    seed: Seed = None,
    device: Device = "auto",
    data_root: DataRoot = None,
    audience: Annotated[Audience, typer.Option(help="Who reads terminal and HTML.")] = Audience.STUDENT,
    lang: Lang = None,
    root: Root = Path(),
) -> None:
    """Grade assignments as they stand, or one submission."""
    _use_data(data_root)
    chosen = [assignments.load(slug, root=root) for slug in slugs] if slugs else assignments.load_all(root)
    if len(chosen) != 1 and (submission or json):
        option = "--submission" if submission else "--json"
        raise UsageError(f"{option} is for one assignment. Name it: autograder grade 05-logistic {option} PATH.")
    run = _run(official=official, seed=seed, device=device)
    _check_writable(html, json)
    console = Console()
    reports = []
    with use_language(_common_language(chosen, lang)):
        with Supervisor() as supervisor, _progress(console) as progress:
            for each in progress.track(chosen, description=say("report.grading")):
                with translation.assignment_language(lang, each):
                    reports.append(_grade(each, submission, run=run, supervisor=supervisor))
        _show(reports, chosen, html, audience=audience, console=console)
    if json:
        render.write_text(json, render.to_json(reports[0], audience=Audience.STAFF))
    _leave(reports)


@app.command()
def batch(
    slug: str,
    source: Annotated[Path, typer.Argument(help="A folder with one folder, .py, .ipynb or .zip a student.")],
    out: Annotated[Path, typer.Option(help="Folder for the reports, grades.csv and class.html.")],
    official: Official = False,
    seed: Seed = None,
    device: Device = "auto",
    data_root: DataRoot = None,
    lang: Lang = None,
    root: Root = Path(),
) -> None:
    """Grade a class: a report each, grades.csv, and one page for the whole class."""
    _use_data(data_root)
    assignment = assignments.load(slug, root=root)
    students = classes.entries(source)
    run = _run(official=official, seed=seed, device=device)
    _check_writable(out)
    console = Console()
    reports: list[Report] = []
    with translation.assignment_language(lang, assignment):
        with Supervisor() as supervisor, _progress(console) as progress:
            bar = progress.add_task(assignment.slug, total=len(students))

            def record(report: Report) -> None:
                render.write(report, out, audience=Audience.STUDENT)
                staff = render.to_json(report, audience=Audience.STAFF)
                render.write_text(out / render.page_name(report, ending="json"), staff)
                reports.append(report)
                progress.advance(bar)

            classes.grade_class(assignment, students, record, run=run, supervisor=supervisor)
        _show_class(reports, assignment, out, console=console)
    _leave(reports)


@app.command()
def report(
    file: Annotated[Path, typer.Argument(help="A report.json of an earlier run.")],
    html: Annotated[Path, typer.Option(help="Folder for the HTML report.")] = Path("report"),
    audience: Annotated[Audience, typer.Option(help="Who reads it.")] = Audience.STUDENT,
    lang: Annotated[
        str | None,
        typer.Option(metavar=LANGUAGES, callback=_known, help="What its labels speak; else the report's own."),
    ] = None,
) -> None:
    """Render a saved report again, without grading."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"{file} cannot be read: {exc}. Name a report.json of an earlier run.") from exc
    saved = render.from_json(text, source=str(file))
    saved = replace(saved, language=lang or saved.language)
    _check_writable(html)
    console = Console()
    render.terminal(saved, audience=audience, console=console)
    page = render.write(saved, html, audience=audience)
    with use_language(saved.language):
        console.out(f"\n{say('report.page', page=page)}", highlight=False)


@app.command()
def audit(
    slugs: Annotated[list[str] | None, typer.Argument(metavar="[SLUG]...", help="Default: every assignment.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds every right answer is graded with.")] = 50,
    mutants: Annotated[int | None, typer.Option(min=0, help="At most so many, always the same; default: all.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="How many processes share the work.")] = 2,
    out: Annotated[Path, typer.Option(help="Folder for the reports.")] = Path("report/audit"),
    data_root: DataRoot = None,
    root: Root = Path(),
) -> None:
    """Check the cases themselves: right answers pass, wrong ones are caught. For authors."""
    from .audit import audit as auditing
    from .audit import report as audit_report

    _use_data(data_root)
    chosen = [assignments.load(slug, root=root) for slug in slugs] if slugs else assignments.load_all(root)
    _check_writable(out)
    options = auditing.Options(seeds=seeds, mutants=mutants, processes=processes)
    console = Console()
    failed = []
    for each in chosen:
        try:
            found = _audited(each, options, console)
        except (AssignmentError, CaseError) as exc:  # the others are audited all the same
            print(f"autograder: {exc}", file=sys.stderr)
            failed.append(each.slug)
            continue
        page = audit_report.write(found, out)
        audit_report.terminal(found, console)
        console.out(f"  {'report':<14}{page}", highlight=False)
        failed += [each.slug] if found.failures() else []
    if failed:
        print(f"autograder: the audit of {', '.join(failed)} failed", file=sys.stderr)
        sys.exit(GRADER_ERROR)


@app.command()
def doctor(data_root: DataRoot = None) -> None:
    """Say what this machine has: sandbox layers, torch, GPU, data; what is missing and how to get it."""
    from .doctor import findings

    _use_data(data_root)
    console = Console()
    for finding in findings():
        console.out("yes  " if finding.found else "no   ", style="green" if finding.found else "yellow", end="")
        console.out(finding.what, highlight=False)
        if not finding.found:
            console.out(f"     {finding.remedy}", highlight=False)


def main() -> NoReturn:
    """Run the command line. Every error of ours becomes one sentence on stderr and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # Windows consoles differ
    try:
        app()
    except AutograderError as exc:
        print(f"autograder: {exc}", file=sys.stderr)
        sys.exit(exc.exit_code)
    sys.exit(0)


def _grade(assignment: Assignment, path: Path | None, *, run: RunOptions, supervisor: Supervisor) -> Report:
    try:
        submission = submissions.open(path or assignment.folder, assignment)
    except SubmissionRejected as refusal:
        report = rejected(assignment, refusal.message, student=None, run=run, supervisor=supervisor)
    else:
        report = grade_one(assignment, submission, run=run, supervisor=supervisor)
    return replace(report, submission=replace(report.submission, path=str(path) if path else None))


def _audited(assignment: Assignment, options: Options, console: Console) -> Audit:
    from .audit.audit import audit

    with _progress(console) as progress:
        bar = progress.add_task(f"auditing {assignment.slug}", total=None)

        def advance(done: int, of: int) -> None:
            progress.update(bar, completed=done, total=of)

        if options.processes > 1:
            return audit(assignment, options, advance=advance)
        with Supervisor() as supervisor:
            return audit(assignment, options, advance=advance, supervisor=supervisor)


def _show(
    reports: Sequence[Report], graded: Sequence[Assignment], folder: Path, *, audience: Audience, console: Console
) -> None:
    """Write the pages; print the one report, or a line for each of several."""
    pages = [render.write(report, folder, audience=audience) for report in reports]
    if len(reports) == 1:
        render.terminal(reports[0], audience=audience, console=console)
        page = pages[0]
    else:
        render.summary(reports, console, modules={each.slug: f"{each.modules[0]}.py" for each in graded})
        page = render.write_index(reports, [path.name for path in pages], folder)
    console.out(f"\n{say('report.page', page=page)}", highlight=False)


def _show_class(reports: list[Report], assignment: Assignment, out: Path, *, console: Console) -> None:
    """Write the table of a class as page and CSV, and print it."""
    reports.sort(key=lambda report: report.submission.student or "")
    rows = [render.class_row(report, page=render.page_name(report)) for report in reports]
    title = translate(assignment.title)
    page = render.write_text(out / "class.html", render.class_html(rows, slug=assignment.slug, title=title))
    grades = out / "grades.csv"
    classes.write_grades(reports, grades)
    render.class_table(rows, console)
    console.out(f"\n{say('report.class-page', page=page, grades=grades)}", highlight=False)


def _common_language(chosen: Sequence[Assignment], lang: str | None) -> str:
    """The language for what is said of all assignments together: English where they differ."""
    found = {lang or each.language for each in chosen}
    return found.pop() if len(found) == 1 else DEFAULT


def _check_writable(folder: Path, file: Path | None = None) -> None:
    """UsageError for a place that reports cannot be written to: nobody should learn that after a class was graded."""
    for place in (folder, *([file.parent] if file else [])):
        found = next(each for each in (place, *place.absolute().parents) if os.path.lexists(each))
        if not (found.is_dir() and os.access(found, os.W_OK | os.X_OK)):
            remedy = "Choose a folder that you may write to."
            raise UsageError(f"{place} cannot be written, because of {found}. {remedy}", slug="report-write")
    if file and file.is_dir():
        raise UsageError(f"{file} cannot be written: it is a folder. Name a file.", slug="report-write")


def _run(*, official: bool, seed: int | None, device: str) -> RunOptions:
    if device not in ("auto", "cpu", "cuda"):
        raise UsageError(f"There is no device {device!r}. Say auto, cpu or cuda.")
    if seed is None:
        # A student's own run draws the same inputs every time; an official one cannot be prepared for.
        seed = secrets.randbelow(2**32) if official else 0
    return RunOptions(official=official, seed=seed, device=device)


def _use_data(folder: Path | None) -> None:
    if folder is not None:
        os.environ["AUTOGRADER_DATA"] = str(folder)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _leave(reports: list[Report]) -> None:
    """End with exit code 4 when a case broke through a fault of ours; staff are told which."""
    broken = [(report, line) for report in reports for line in report.outcomes if line.verdict == "grader_error"]
    for report, line in broken:
        who = report.submission.student or report.assignment
        print(f"autograder: {who}: the case {line.case} broke through a fault of ours: {line.staff}", file=sys.stderr)
    if broken:
        sys.exit(GRADER_ERROR)
