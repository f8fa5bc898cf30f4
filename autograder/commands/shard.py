"""``autograder batch plan`` and ``batch --shard``: grade a class in parts, for an array job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..course import assignment as assignments
from ..course import translation
from ..course.assignment import Assignment
from ..errors import UsageError
from ..exchange import formats
from ..messages import current_language
from ..model import Level
from ..reports.files import check_writable
from . import options
from .class_grading import grade_pending, official_run

if TYPE_CHECKING:
    from ..batch.engine import Engine
    from ..batch.shard import Shard


@click.command()
@click.argument("slug")
@click.argument("source", type=options.PATH)
@click.argument("file", type=options.PATH)
@options.store
@options.class_seed
@options.level
@options.device
@options.data
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
    level: Level,
    device: str,
    data: str | None,
    lang: str | None,
    root: Path,
) -> None:
    """Write what the shards of a class need, for an array job.

    SLUG and SOURCE are those of batch. FILE is a new file, such as shards/plan.json. It has the seed: only you can
    read it.
    """
    [assignment] = options.with_data([assignments.load(slug, root=root)], data)
    entries = formats.detect(source).entries(source)
    check_writable(file.parent, file)
    with translation.assignment_language(lang, assignment), options.open_store(store, root) as opened:
        from ..batch import runner, shard
        from ..batch.job import job_of
        from ..batch.ledger import Ledger

        wanted = None if seed is None else str(seed)
        run = official_run(opened, assignment, wanted=wanted, device=device, level=level)
        uploads = runner.uploads_of(entries)
        ledger = Ledger(opened, options.store_folder(store, root), assignment, run)
        ledger.take_in(uploads, "folder", None)
        shard.write_plan(shard.plan_of(job_of(assignment, run, current_language()), ledger), file)
    print(f"{file}: {len(ledger.pending)} different submissions to grade")


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a class that the command line asks for: the shard, the plan, and the URL of the shard's store."""

    shard: Shard
    plan: Path
    store: str


def part_of(text: str | None, plan: Path | None, store: str | None, for_class: Sequence[str]) -> Part | None:
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
    return Part(shard, plan, store)


def grade_part(
    part: Part,
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
    from ..batch.job import job_of
    from ..batch.ledger import Ledger
    from ..batch.merge import open_shard
    from ..batch.run_log import RunLog
    from ..grading.environment import settled
    from ..grading.options import RunOptions
    from .console import Terminal, fail, grader_errors

    plan = shards.read_plan(part.plan, assignment)
    [assignment] = options.with_data([assignment], dict(plan.versions).get("data"))  # of the class, as its seed
    run = settled(assignment, RunOptions(official=True, level=Level(plan.level), seed=plan.seed, device=device))
    plan.check(job_of(assignment, run, current_language()))
    with open_shard(part.store, plan.course, plan.assignment, plan.seed) as store, RunLog(log) as lines:
        ledger = Ledger(store, Path(store.url.database or "").parent, assignment, run)
        graded = frozenset(plan.graded)
        ledger.take_shard(runner.uploads_of(entries), lambda sha256: part.shard.has(sha256) and sha256 not in graded)
        shard_run = shards.ShardRun(assignment, ledger, run=run, log=lines)
        lines.write("start", assignment=assignment.slug, students=len(ledger.members), pending=len(shard_run.pending))
        if shard_run.pending:
            grade_pending(shard_run, Terminal(), engine)
    for sentence in grader_errors(shard_run.broken):
        fail(sentence)
    count, done = len(ledger.members), len(ledger.graded)
    if done < count:
        again = "They stay pending, and batch for the whole class tries them again"
        fail(f"Without a complete report: {count - done} of {count} submissions. {again}.")
    print(f"shard {part.shard.number} of {part.shard.of}: graded {done} of {count} different submissions")
