"""``autograder prove`` and ``autograder grade-for``: what a platform that starts the grader itself needs.

Each run grades one submission, so that imports count: a right submission needs neither rich nor jinja2.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course import submission as submissions
from ..course import translation
from ..course.assignment import Assignment
from ..course.submission import Refused, Submission
from ..errors import AutograderError, SandboxIncomplete, SubmissionRejected
from ..exchange.platforms import Platform, results, staff_of
from ..messages import DEFAULT, say, use_language
from ..model import Level, Report
from ..reports.files import check_writable, write_text
from . import options

if TYPE_CHECKING:
    from ..grading.options import RunOptions


@click.command()
@click.argument("slug", metavar="SLUG")
@click.option("--to", "target", type=options.PATH, required=True, help="File for the proof.")
@options.seed
@options.level
@options.device
@options.data_root
@options.solutions
@options.root
def prove(*, slug: str, target: Path, seed: int | None, level: Level, device: str, root: Path) -> None:
    """Run the official cases on the solution once, for later runs.

    The proof is for grade-for on this machine, and has the seed of its runs. Keep it where no student can read it.
    """
    [assignment] = assignments.choose([slug], root=root)
    check_writable(target.parent, target)
    from ..grading import proof
    from ..grading.options import RunOptions
    from ..workers.supervisor import Supervisor

    run = RunOptions(official=True, level=level, seed=options.seed_of(seed, official=True), device=device)
    with Supervisor() as supervisor:
        options.start_zygote(supervisor, assignment, run)
        found = proof.make(assignment, run=run, supervisor=supervisor)
    write_text(target, found.to_json())
    click.echo(f"{len(found.cases)} cases of {assignment.slug} pass on the solution: {target}")


@click.command("grade-for")
@options.choice("--platform", Platform, required=True, help="The platform that reads the results.")
@click.argument("slug", metavar="SLUG")
@click.option("--submission", type=options.PATH, required=True, help="Folder, .py, .ipynb or .zip to grade.")
@click.option("--to", "target", type=options.PATH, required=True, help="File for the results.")
@click.option("--proof", type=options.PATH, help="The file that autograder prove wrote on this machine.")
@options.level
@options.device
@options.data_root
@options.lang
@options.solutions
@options.root
def grade_for(
    *,
    platform: Platform,
    slug: str,
    submission: Path,
    target: Path,
    proof: Path | None,
    level: Level,
    device: str,
    lang: str | None,
    root: Path,
) -> None:
    """Grade one submission officially, for a platform that asks.

    The results are what Gradescope, PrairieLearn or Autolab read. If the grader fails, they say so and are no grade.
    """
    begun = time.monotonic()
    check_writable(target.parent, target)
    writer = results(platform)
    assignment: Assignment | None = None
    try:
        [assignment] = assignments.choose([slug], root=root)
        run = _options(assignment, level, device, proof)
        report = _graded_with_memory(assignment, submission, run, lang)
        with translation.assignment_language(lang, assignment):
            text = writer.graded(report, seconds=time.monotonic() - begun)
    except Exception as exc:
        with use_language(lang or (assignment.language if assignment else DEFAULT)):
            write_text(target, writer.not_graded(_sentence(exc), staff=str(exc) or type(exc).__name__))
        if isinstance(exc, AutograderError):
            raise
        raise AutograderError(f"{type(exc).__name__}: {exc}", slug="platform") from exc
    write_text(target, text)
    if broken := staff_of(report):
        raise AutograderError(f"Cases failed because of an error in the grader.\n{broken}", slug="platform")


def _options(assignment: Assignment, level: Level, device: str, proof: Path | None) -> RunOptions:
    """Return the options of the run, with those of the proof if it fits."""
    from ..grading import proof as proofs
    from ..grading.options import RunOptions

    run = RunOptions(official=True, level=level, seed=options.seed_of(None, official=True), device=device)
    proven = proofs.with_proof(run, assignment, proof) if proof is not None else None
    if proof is not None and proven is None:
        print(
            f"autograder: {proof} does not fit this assignment and this machine, so the cases run on the solution "
            "again. Run autograder prove once more.",
            file=sys.stderr,
        )
    return proven or run


def _graded_with_memory(assignment: Assignment, path: Path, run: RunOptions, lang: str | None) -> Report:
    """Grade, and refuse the report if the container had too little memory for what a submission may use.

    Raises:
        AutograderError: ``platform-memory``. Nobody knows what the submission would have earned.
    """
    from ..grading import machine_memory

    before = machine_memory.oom_kills()
    report = _graded(assignment, path, run, lang)
    if before is not None and (machine_memory.oom_kills() or 0) > before:
        raise AutograderError(
            f"This container has {machine_memory.limit_mib() or '?'} MiB of memory, and the kernel killed a process "
            f"for lack of it. A submission may use what {assignment.slug} allows (memory_mib below [limits] in "
            "assignment.toml; 1024 if it is not there). Give the container more memory, or write a lower limit.",
            slug="platform-memory",
        )
    return report


def _graded(assignment: Assignment, path: Path, run: RunOptions, lang: str | None) -> Report:
    from ..workers.supervisor import Supervisor

    with Supervisor() as supervisor, translation.assignment_language(lang, assignment):
        options.start_zygote(supervisor, assignment, run)
        found: Submission | Refused
        try:
            found = submissions.open(path, assignment, any_name=True)
            if not found.files:
                found = Refused(None, say("platform.empty"))
        except SubmissionRejected as refusal:
            found = Refused(None, refusal.message)
        from ..grading.session import grade_one

        return grade_one(assignment, found, run=run, supervisor=supervisor)


def _sentence(exc: Exception) -> str:
    """Return what a student reads about a failure of the grader."""
    if isinstance(exc, SandboxIncomplete):
        return say("platform.refused")
    killed = isinstance(exc, MemoryError) or (isinstance(exc, AutograderError) and exc.slug == "platform-memory")
    return say("platform.killed" if killed else "platform.error")
