"""``autograder batch``: grade a class."""

from __future__ import annotations

import contextlib
import json as jsons
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course import translation
from ..course.assignment import Assignment
from ..errors import NeedsHuman, UsageError
from ..messages import say
from ..model import Level
from ..reports.files import check_writable
from . import options
from .class_grading import grade_pending, official_run
from .class_source import ClassSource, class_source, export_options, until_of
from .shard import grade_part, part_of

if TYPE_CHECKING:
    from rich.console import Console

    from ..batch.class_run import ClassRun
    from ..batch.engine import Engine
    from ..batch.ledger import Ledger
    from ..batch.row_file import Rows
    from ..batch.runner import Upload
    from ..batch.store import Store
    from ..grading.options import RunOptions

MOST_PRINTED = 100  # rows in the terminal; the class page has all of them


@click.command()
@click.argument("slug")
@click.argument("source", type=options.PATH, required=False)
@click.option("--out", type=options.PATH, help="Folder for the results: students/ and staff/. Not with --shard.")
@export_options
@click.option(
    "--attempts",
    type=click.Choice(["last", "all"]),
    default="last",
    show_default=True,
    help="Of several attempts of a person: grade the last one and those that a rule of the course needs, or all.",
)
@options.practice
@click.option("--official", is_flag=True, help="The default; accepted for scripts that say so.")
@options.store
@click.option("--shard", metavar="I/N", help="Grade part I of N of the class into --store, a file of its own.")
@click.option("--plan", type=options.PATH, help="What a shard needs to know: the file of batch plan.")
@options.class_seed
@options.level
@options.workers
@options.engine
@click.option("--json", type=options.PATH, help="File for a summary of the run, as JSON, with pseudonyms.")
@options.log
@options.device
@options.data
@options.data_root
@options.lang
@options.solutions
@options.root
def batch(
    *,
    slug: str,
    source: Path | None,
    out: Path | None,
    format: str,
    roster: Path | None,
    mapping: Path | None,
    until: str | None,
    attempts: str,
    practice: bool,
    official: bool,
    store: str | None,
    shard: str | None,
    plan: Path | None,
    seed: int | None,
    level: Level,
    workers: int | None,
    engine: str,
    json: Path | None,
    log: Path | None,
    device: str,
    data: str | None,
    lang: str | None,
    root: Path,
) -> None:
    """Grade a class: pages for students, grades, a class page.

    SLUG is the assignment, such as 05-logistic. SOURCE is a folder with one folder, .py, .ipynb or .zip for each
    student; an entry of another kind is reported as not graded. With --roster it is the export of another system, and
    what is not clear is listed and not graded. The store keeps what was handed in: without SOURCE, the last submission
    of every student is graded from there.
    """
    for_class = {"--practice": practice, "--out": out, "--json": json, "--seed": seed is not None, "--roster": roster}
    part = part_of(shard, plan, store, [name for name, given in for_class.items() if given])
    if part is None and out is None:
        raise UsageError("Missing option '--out'. Name a folder for the results.")
    if practice and official:
        raise UsageError("--practice and --official exclude each other. Give one of them, or none for an official run.")
    [assignment] = options.with_data([assignments.load(slug, root=root)], data)
    if source is None and (practice or part is not None):
        what, option = ("A practice run", "--practice") if practice else ("A shard", "--shard")
        raise UsageError(f"{what} grades a folder of uploads. Name the folder, or omit {option}.")
    if source is None:
        _check_kept(store, root, assignment.slug)
    if out is not None:
        for file in (None, json, log):
            check_writable(out, file)
    elif log is not None:
        check_writable(log.parent, log)

    if attempts == "all" and (practice or part is not None):
        raise UsageError("--attempts all is for an official run of a whole class. Omit it, or --practice and --shard.")
    with (
        translation.assignment_language(lang, assignment),
        class_source(
            source,
            format=format,
            roster=roster,
            mapping=mapping,
            assignment=assignment,
            until=until_of(until, assignment.slug, root),
        ) as found,
    ):
        from ..batch.engine import engine_of

        where = engine_of(engine, workers)
        if part is not None:
            grade_part(part, assignment, found.entries or (), device=device, engine=where, log=log)
            return
        assert out is not None
        job = _Job(assignment, found, out, root, json, log, where, attempts == "all")
        if practice:
            from ..grading.options import RunOptions

            _grade(
                job, RunOptions(official=False, level=level, seed=options.seed_of(seed, official=False), device=device)
            )
        else:
            with options.open_store(store, root) as opened:
                wanted = None if seed is None else str(seed)
                for warning in opened.warnings():
                    click.echo(f"autograder: {warning}", err=True)
                run = official_run(opened, assignment, wanted=wanted, device=device, level=level)
                _grade(job, run, _ledger(job, run, opened, options.store_folder(store, root)))


@dataclass(frozen=True, slots=True)
class _Job:
    """What the command line asks for."""

    assignment: Assignment
    source: ClassSource
    out: Path
    root: Path
    json: Path | None
    log: Path | None
    engine: Engine
    all_attempts: bool


def _check_kept(store: str | None, root: Path, slug: str) -> None:
    """Check that there is something to grade, before a store is created or a seed is drawn."""
    folder = options.store_folder(store, root)
    from ..batch import identities

    if (folder / identities.NAME).is_file():
        with options.open_store(store, root) as opened:
            if opened.last(slug):
                return
    raise UsageError(f"The store has no submissions of {slug}. Name the folder of uploads: batch {slug} SOURCE.")


def _ledger(job: _Job, run: RunOptions, store: Store, folder: Path) -> Ledger:
    from ..batch.ledger import Ledger

    ledger = Ledger(store, folder, job.assignment, run)
    if job.source.entries is None:
        ledger.recall()
    return ledger


def _grade(job: _Job, run: RunOptions, ledger: Ledger | None = None) -> None:
    from ..batch.row_file import row_file
    from .console import Terminal

    console = Terminal()
    with row_file() as rows:
        class_run = _graded(job, run, ledger, rows, console)
        _show(class_run, console)
        _end(job, class_run)


def _graded(job: _Job, run: RunOptions, ledger: Ledger | None, rows: Rows, console: Console) -> ClassRun:
    from ..batch import runner
    from ..batch.class_run import ClassRun
    from ..batch.results import ResultsFolder, RunKind
    from ..batch.run_log import RunLog
    from ..course import course_file
    from ..workers.folders import remove_abandoned

    assignment = job.assignment
    uploads = runner.uploads_of(job.source.entries or ())
    kind = RunKind(assignment.slug, assignment.digest(), run.official)
    students = ledger.members.values() if ledger and job.source.entries is None else uploads
    with (
        contextlib.ExitStack() as last,
        ResultsFolder(job.out, kind, [each.student for each in students]) as folder,
        RunLog(job.log) as log,
    ):
        last.callback(remove_abandoned)  # what is killed in the last moment of this run, no later process removes
        folder.check()
        if ledger:
            _take_in(ledger, uploads, job)
        class_run = ClassRun(
            assignment,
            uploads,
            folder,
            run=run,
            course=course_file.read(job.root),
            rows=rows,
            ledger=ledger,
            log=log,
            all_attempts=job.all_attempts,
        )
        log.write("start", assignment=assignment.slug, students=class_run.size, pending=len(class_run.pending))
        class_run.restore()
        if class_run.pending:
            grade_pending(class_run, console, job.engine)
        for match in job.source.unclear:
            class_run.add_unclear(match.record.entry, match.how.value, match.reason)
        class_run.write_tables(job.source.grades)
    return class_run


def _take_in(ledger: Ledger, uploads: Sequence[Upload], job: _Job) -> None:
    """Add the uploads to the store, and say what a person should know of that."""
    from .console import fail

    ledger.take_in(uploads, job.source.name, job.out)
    _name_other_data(ledger, job.assignment)
    for name in ledger.not_kept:
        fail(say("import.too-old", student=name))


def _name_other_data(ledger: Ledger, assignment: Assignment) -> None:
    """Say that the store has reports on another data set: they are neither changed nor used in this run."""
    from ..batch import history

    if not assignment.data:
        return
    if others := sorted(history.data_sets(ledger.store, assignment.slug) - {assignment.data}):
        click.echo(
            f"autograder: the store has reports of {assignment.slug} on {', '.join(others)}. This run is on "
            f"{assignment.data}: it grades every submission again, and its tables have only its own reports.",
            err=True,
        )


def _end(job: _Job, class_run: ClassRun) -> None:
    """Write the summary, name each grader error, and exit with 5 if a submission needs a human."""
    from ..reports.files import write_text
    from .console import fail, grader_errors

    code = NeedsHuman.exit_code if class_run.rows.needing_a_human else 0
    if job.json:
        found = class_run.summary(exit_code=code)
        write_text(job.json, jsons.dumps(found, indent=2, ensure_ascii=False) + "\n")
    for sentence in grader_errors(class_run.broken):
        fail(sentence)
    if code:
        sys.exit(code)


def _show(class_run: ClassRun, console: Console) -> None:
    """Print the table of the class, or of a large class one line, and where the files are."""
    from ..reports import class_rows, terminal
    from ..reports import plain as linear

    if not class_run.options.official:
        console.print(f"{say('report.practice').upper()}  {say('report.practice-why')}\n", style="bold yellow")
    rows = class_run.rows
    printer = linear if linear.is_wanted(console) else terminal
    if len(rows) <= MOST_PRINTED:
        printer.class_table(rows, console)
    else:
        console.out(class_rows.class_line(rows), highlight=False)
    folder = class_run.folder
    console.out(f"\n{say('report.class-page', page=folder.class_page, grades=folder.grades)}", highlight=False)
    console.out(say("report.class-students", folder=folder.students), highlight=False)
    if count := len(rows.needing_a_human):
        line = f"{say('attention.title')}: {say('attention.count', count=count)}, {folder.attention_page}"
        console.out(line, style="magenta", highlight=False)
