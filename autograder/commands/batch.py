"""``autograder batch``: grade a class."""

from __future__ import annotations

import contextlib
import json as jsons
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course import translation
from ..course.assignment import Assignment
from ..errors import UsageError
from ..exchange import formats
from ..messages import current_language, say
from ..reports.files import check_writable
from . import options

if TYPE_CHECKING:
    from rich.console import Console

    from ..batch.class_run import ClassRun, Grade
    from ..batch.engine import Engine
    from ..batch.ledger import Ledger
    from ..batch.runner import Upload
    from ..batch.shard import Shard, ShardRun
    from ..batch.store import Store
    from ..grading.options import RunOptions
    from ..grading.session import Record
    from ..reports.class_rows import ClassRow

NEEDS_HUMAN = 5  # the exit code
MOST_PRINTED = 100  # rows in the terminal; the class page has all of them
FEW = 8  # submissions: another process would cost more than it saves

_seed = click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Seed of all official runs (default: drawn once and kept); of a practice run (default: 0).",
)


@click.command()
@click.argument("slug")
@click.argument("source", type=options.PATH)
@click.option("--out", type=options.PATH, help="Folder for the results: students/ and staff/. Not with --shard.")
@options.practice
@click.option("--official", is_flag=True, help="The default; accepted for scripts that say so.")
@options.store
@click.option("--shard", metavar="I/N", help="Grade part I of N of the class into --store, a file of its own.")
@click.option("--plan", type=options.PATH, help="What a shard needs to know: the file of batch plan.")
@_seed
@click.option(
    "--workers", type=click.IntRange(min=1), help="Processes that grade side by side (default: one for each core)."
)
@click.option("--engine", default="local", help="Where to grade: local, or dask:ADDRESS of a scheduler.")
@click.option("--json", type=options.PATH, help="File for a summary of the run, as JSON, with pseudonyms.")
@click.option("--log", type=options.PATH, help="File to which each event is appended as a JSON line, with pseudonyms.")
@options.device
@options.data_root
@options.lang
@options.solutions
@options.root
def batch(
    *,
    slug: str,
    source: Path,
    out: Path | None,
    practice: bool,
    official: bool,
    store: str | None,
    shard: str | None,
    plan: Path | None,
    seed: int | None,
    workers: int | None,
    engine: str,
    json: Path | None,
    log: Path | None,
    device: str,
    lang: str | None,
    root: Path,
) -> None:
    """Grade a class: pages for students, grades, a class page.

    SLUG is the assignment, such as 05-logistic. SOURCE is a folder with one folder, .py, .ipynb or .zip for each
    student. An entry of another kind is reported as not graded.
    """
    for_class = {"--practice": practice, "--out": out, "--json": json, "--seed": seed is not None}
    part = _part(shard, plan, store, [name for name, given in for_class.items() if given])
    if part is None and out is None:
        raise UsageError("Missing option '--out'. Name a folder for the results.")
    if practice and official:
        raise UsageError("--practice and --official exclude each other. Give one of them, or none for an official run.")
    assignment = assignments.load(slug, root=root)
    source_format = formats.detect(source)
    entries = source_format.entries(source)
    if out is not None:
        for file in (None, json, log):
            check_writable(out, file)
    elif log is not None:
        check_writable(log.parent, log)

    from ..batch.engine import engine_of

    where = engine_of(engine, workers)
    with translation.assignment_language(lang, assignment):
        if part is not None:
            _grade_part(part, assignment, entries, device=device, engine=where, log=log)
            return
        assert out is not None
        job = _Job(assignment, entries, out, source_format, root, json, log, where)
        if practice:
            from ..grading.options import RunOptions

            _grade(job, RunOptions(official=False, seed=options.seed_of(seed, official=False), device=device))
        else:
            with options.open_store(store, root) as opened:
                wanted = None if seed is None else str(seed)
                for warning in opened.warnings():
                    click.echo(f"autograder: {warning}", err=True)
                run = _official_run(opened, assignment, wanted=wanted, device=device)
                _grade(job, run, books=(opened, options.store_folder(store, root)))


@click.command()
@click.argument("slug")
@click.argument("source", type=options.PATH)
@click.argument("file", type=options.PATH)
@options.store
@_seed
@options.device
@options.lang
@options.solutions
@options.root
def batch_plan(
    *,
    slug: str,
    source: Path,
    file: Path,
    store: str | None,
    seed: int | None,
    device: str,
    lang: str | None,
    root: Path,
) -> None:
    """Write what the shards of a class need, for an array job.

    SLUG and SOURCE are those of batch. FILE is a new file, such as shards/plan.json. It has the seed: only you can
    read it.
    """
    assignment = assignments.load(slug, root=root)
    entries = formats.detect(source).entries(source)
    check_writable(file.parent, file)
    with translation.assignment_language(lang, assignment), options.open_store(store, root) as opened:
        from ..batch import runner, shard
        from ..batch.grader import job_of

        wanted = None if seed is None else str(seed)
        run = _official_run(opened, assignment, wanted=wanted, device=device)
        uploads = runner.uploads_of(entries)
        ledger = _ledger(opened, options.store_folder(store, root), assignment, uploads, run=run, out=None)
        shard.write_plan(shard.plan_of(job_of(assignment, run, current_language()), ledger), file)
    print(f"{file}: {len(ledger.pending)} different submissions to grade")


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a class that the command line asks for: the shard, the plan, and the URL of the shard's store."""

    shard: Shard
    plan: Path
    store: str


def _part(text: str | None, plan: Path | None, store: str | None, for_class: Sequence[str]) -> _Part | None:
    """Return the part that ``--shard`` names, if any. ``for_class`` are the given options that no shard has."""
    if text is None:
        if plan is not None:
            raise UsageError("--plan is for a shard. Add --shard, or omit --plan.")
        return None
    from ..batch.shard import shard_of

    shard = shard_of(text)
    if for_class:
        raise UsageError(
            f"{for_class[0]} is for the whole class, and a shard only keeps reports in its store. Omit it here; after "
            "autograder store merge, batch without --shard writes all results."
        )
    if plan is None or store is None:
        raise UsageError(
            "A shard needs the plan of the class, and a store of its own. Write the plan with autograder batch plan, "
            "and name both: --plan FILE --store sqlite:///FILE."
        )
    return _Part(shard, plan, store)


def _grade_part(
    part: _Part,
    assignment: Assignment,
    entries: Sequence[formats.Entry],
    *,
    device: str,
    engine: Engine,
    log: Path | None,
) -> None:
    """Grade a shard. Exit code 0 also if a submission needs a human: batch for the whole class lists those."""
    from ..batch import runner
    from ..batch import shard as shards
    from ..batch.grader import job_of
    from ..batch.ledger import Ledger
    from ..batch.merge import open_shard
    from ..batch.run_log import RunLog
    from ..grading.options import RunOptions
    from .console import Terminal, fail, grader_errors

    plan = shards.read_plan(part.plan, assignment)
    run = RunOptions(official=True, seed=plan.seed, device=device)
    plan.check(job_of(assignment, run, current_language()))
    with open_shard(part.store, plan.course, plan.assignment, plan.seed) as store, RunLog(log) as lines:
        ledger = Ledger(store, assignment, run)
        graded = frozenset(plan.graded)
        ledger.take_shard(runner.uploads_of(entries), lambda sha256: part.shard.has(sha256) and sha256 not in graded)
        shard_run = shards.ShardRun(assignment, ledger, run=run, log=lines)
        lines.write("start", assignment=assignment.slug, students=len(ledger.members), pending=len(shard_run.pending))
        if shard_run.pending:
            _grade_pending(shard_run, Terminal(), engine)
    for sentence in grader_errors(shard_run.broken):
        fail(sentence)
    count, done = len(ledger.members), len(ledger.graded)
    if done < count:
        again = "They stay pending, and batch for the whole class tries them again"
        fail(f"Without a complete report: {count - done} of {count} submissions. {again}.")
    print(f"shard {part.shard.number} of {part.shard.of}: graded {done} of {count} different submissions")


@dataclass(frozen=True, slots=True)
class _Job:
    """What the command line asks for."""

    assignment: Assignment
    entries: Sequence[formats.Entry]
    out: Path
    source_format: formats.Format
    root: Path
    json: Path | None
    log: Path | None
    engine: Engine


def _official_run(store: Store, assignment: Assignment, *, wanted: str | None, device: str) -> RunOptions:
    from ..grading.options import RunOptions

    drawn = store.seed(assignment.slug, str(options.seed_of(None, official=True)), wanted=wanted)
    return RunOptions(official=True, seed=int(drawn), device=device)


def _grade(job: _Job, run: RunOptions, *, books: tuple[Store, Path] | None = None) -> None:
    from ..batch import runner
    from ..batch.class_run import ClassRun
    from ..batch.results import ResultsFolder, RunKind
    from ..batch.run_log import RunLog
    from ..course import course_file
    from ..workers.folders import remove_abandoned
    from .console import Terminal

    console = Terminal()
    assignment = job.assignment
    uploads = runner.uploads_of(job.entries)
    kind = RunKind(assignment.slug, assignment.digest(), run.official)
    names = [upload.student for upload in uploads]
    with (
        contextlib.ExitStack() as last,
        ResultsFolder(job.out, kind, names) as folder,
        RunLog(job.log) as log,
    ):
        last.callback(remove_abandoned)  # what is killed in the last moment of this run, no later process removes
        folder.check()
        ledger = _ledger(*books, assignment, uploads, run=run, out=job.out) if books else None
        course = course_file.read(job.root)
        class_run = ClassRun(assignment, uploads, folder, run=run, course=course, ledger=ledger, log=log)
        log.write("start", assignment=assignment.slug, students=class_run.size, pending=len(class_run.pending))
        class_run.restore()
        if class_run.pending:
            _grade_pending(class_run, console, job.engine)
        rows = class_run.write_tables(job.source_format)
    _show(rows, class_run, console)
    _end(job, class_run, rows)


def _end(job: _Job, class_run: ClassRun, rows: Sequence[ClassRow]) -> None:
    """Write the summary, name each grader error, and exit with 5 if a submission needs a human."""
    from ..reports.files import write_text
    from .console import fail, grader_errors

    code = NEEDS_HUMAN if any(row.attention for row in rows) else 0
    if job.json:
        found = class_run.summary(rows, exit_code=code)
        write_text(job.json, jsons.dumps(found, indent=2, ensure_ascii=False) + "\n")
    for sentence in grader_errors(class_run.broken):
        fail(sentence)
    if code:
        sys.exit(code)


def _ledger(
    store: Store, folder: Path, assignment: Assignment, uploads: Sequence[Upload], *, run: RunOptions, out: Path | None
) -> Ledger:
    from ..batch.ledger import Ledger

    ledger = Ledger(store, assignment, run)
    ledger.take_in(uploads, folder, "folder", out)
    return ledger


def _grade_pending(class_run: ClassRun | ShardRun, console: Console, engine: Engine) -> None:
    from .console import fail, progress

    with (
        _grading(class_run.assignment, class_run.options, engine, len(class_run.pending)) as grade,
        progress(console, class_run.assignment.slug) as advance,
    ):
        try:
            class_run.grade(grade, advance)
        except KeyboardInterrupt:
            done = f"{class_run.graded} of {len(class_run.pending)} pending submissions are graded"
            kept = "kept. Run the same command again to grade the rest" if class_run.ledger else "not kept: practice"
            fail(f"Interrupted: {done} and {kept}.")
            raise


@contextlib.contextmanager
def _grading(assignment: Assignment, run: RunOptions, engine: Engine, count: int) -> Iterator[Grade]:
    """Yield the function that grades, in this process if there is little to do."""
    if engine.name != "local" or (engine.processes > 1 and count > FEW):
        from ..batch.engine import grade_on
        from ..batch.grader import job_of

        job = job_of(assignment, run, current_language())
        yield lambda uploads, record: grade_on(engine, job, uploads, record)
        return

    from ..workers.supervisor import Supervisor

    with Supervisor() as supervisor:
        options.start_zygote(supervisor, assignment, run)
        from ..batch.runner import grade_class

        def here(uploads: Sequence[Upload], record: Record) -> Sequence[Upload]:
            grade_class(assignment, uploads, record, run=run, supervisor=supervisor)
            return ()

        yield here


def _show(rows: Sequence[ClassRow], class_run: ClassRun, console: Console) -> None:
    """Print the table of the class, or of a large class one line, and where the files are."""
    from ..reports import class_rows, terminal
    from ..reports import plain as linear

    if not class_run.options.official:
        console.print(f"{say('report.practice').upper()}  {say('report.practice-why')}\n", style="bold yellow")
    printer = linear if linear.is_wanted(console) else terminal
    if len(rows) <= MOST_PRINTED:
        printer.class_table(rows, console)
    else:
        console.out(class_rows.class_line(rows), highlight=False)
    folder = class_run.folder
    console.out(f"\n{say('report.class-page', page=folder.class_page, grades=folder.grades)}", highlight=False)
    console.out(say("report.class-students", folder=folder.students), highlight=False)
    if count := sum(bool(row.attention) for row in rows):
        line = f"{say('attention.title')}: {say('attention.count', count=count)}, {folder.attention_page}"
        console.out(line, style="magenta", highlight=False)
