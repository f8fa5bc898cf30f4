"""How ``batch`` and its shards grade what is pending: here, or on an engine, with progress."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..course.assignment import Assignment
from ..messages import current_language
from ..model import Level
from . import options

if TYPE_CHECKING:
    from rich.console import Console

    from ..batch.class_run import ClassRun, Grade
    from ..batch.engine import Engine
    from ..batch.regrade import Regrade
    from ..batch.runner import Upload
    from ..batch.shard import ShardRun
    from ..batch.store import Store
    from ..batch.verify import Verification
    from ..grading.options import RunOptions
    from ..grading.session import Record
    from ..model import Report

FEW = 8  # submissions: another process would cost more than it saves


def official_run(store: Store, assignment: Assignment, *, wanted: str | None, device: str, level: Level) -> RunOptions:
    """Return the options of the official run of an assignment, with the seed that the store keeps."""
    from ..grading.environment import settled
    from ..grading.options import RunOptions

    drawn = store.seed(assignment.slug, str(options.seed_of(None, official=True)), wanted=wanted)
    return settled(assignment, RunOptions(official=True, level=level, seed=int(drawn), device=device))


def grade_pending(class_run: ClassRun | ShardRun | Regrade | Verification, console: Console, engine: Engine) -> None:
    """Grade what is pending, with a progress bar; say after Ctrl-C how to go on."""
    from .console import fail, progress

    with (
        grading(class_run.assignment, class_run.options, engine, class_run.pending) as grade,
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
def grading(assignment: Assignment, run: RunOptions, engine: Engine, uploads: Sequence[Upload]) -> Iterator[Grade]:
    """Yield the function that grades ``uploads``, in this process if there is little to do and none killed another."""
    is_few = engine.processes == 1 or len(uploads) <= FEW
    if engine.name != "local" or not is_few or any(upload.died for upload in uploads):
        from ..batch.engine import grade_on
        from ..batch.job import job_of

        job = job_of(assignment, run, current_language())
        yield lambda uploads, record: grade_on(engine, job, uploads, record)
        return

    from ..workers.supervisor import Supervisor

    with Supervisor() as supervisor:
        options.start_zygote(supervisor, assignment, run)
        from ..batch.runner import grade_class

        def here(uploads: Sequence[Upload], record: Record) -> Sequence[Upload]:
            from ..batch.engine import exceeded_a_bound, grade_alone

            left = iter(uploads)
            doubtful = []

            def keep(report: Report) -> None:
                upload = next(left)
                if exceeded_a_bound(report):
                    doubtful.append(upload)
                else:
                    record(report)

            grade_class(assignment, uploads, keep, run=run, supervisor=supervisor)
            if not doubtful:
                return ()
            from ..batch.job import job_of

            return grade_alone(engine, job_of(assignment, run, current_language()), doubtful, record)

        yield here
