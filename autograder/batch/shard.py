"""A part of a class for an array job: which submissions are in it, what it has to know, and its run.

The plan of a class is one small file that all machines see. It says what the reports depend on. So a shard needs
neither the store of the course nor the key of the pseudonyms: it keeps reports in a store of its own, by the digests of
the submissions, and knows no person. ``merge.py`` takes these reports into the store of the course.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..course.assignment import Assignment
from ..errors import CaseError, UsageError
from ..grading.options import RunOptions
from ..model import Level, Report
from .identities import write_private
from .run_log import RunLog

if TYPE_CHECKING:
    from .job import Job
    from .ledger import Ledger
    from .runner import Upload


@dataclass(frozen=True, slots=True)
class Shard:
    """One of ``of`` parts of a class; ``number`` counts from 1. Equal submissions are in one part, on every machine."""

    number: int
    of: int

    def has(self, sha256: str) -> bool:
        """Return whether a submission is in this part."""
        return int(sha256, 16) % self.of == self.number - 1


def shard_of(text: str) -> Shard:
    """Return the shard that ``--shard`` names, such as 2/8.

    Raises:
        UsageError: this is no shard.
    """
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    number, of = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= of:
        raise UsageError(f'"{text}" is no shard. Write --shard 2/8 for the second of eight parts.')
    return Shard(number, of)


@dataclass(frozen=True, slots=True)
class Plan:
    """What all shards of a class have in common. ``course`` is the id of the course in the store.

    ``digest`` is that of the assignment, and ``versions`` are those of the machine that wrote the plan. ``graded`` are
    the digests of the submissions that have a report.
    """

    course: str
    assignment: str
    digest: str
    versions: tuple[tuple[str, str], ...]
    seed: int
    device: str
    language: str
    graded: tuple[str, ...]
    level: str = Level.FULL.value

    def check(self, job: Job) -> None:
        """Check that this machine makes the reports that the plan asks for.

        Raises:
            UsageError: device or language differ.
            EngineError: the versions or the assignment differ.
        """
        from . import job as jobs
        from .ledger import key_of

        key = key_of(job.assignment, job.run)
        jobs.check_machine(replace(job, digest=self.digest, versions=self.versions))
        for option, here, wanted in (("device", key.device, self.device), ("lang", key.language, self.language)):
            if here != wanted:
                raise UsageError(f"The plan asks for {wanted} and not for {here}. Give --{option} {wanted}.")


def plan_of(job: Job, ledger: Ledger) -> Plan:
    """Return the plan of a class that the store has taken in."""
    return Plan(
        course=ledger.store.course,
        assignment=job.assignment.slug,
        digest=job.digest,
        versions=job.versions,
        seed=job.run.seed,
        device=ledger.key.device,
        language=ledger.key.language,
        graded=tuple(sorted({member.sha256 for member in ledger.graded})),
        level=job.run.level.value,
    )


def write_plan(plan: Plan, file: Path) -> None:
    """Write a plan, for its owner only: it has the seed.

    Raises:
        UsageError: the file exists.
        AutograderError: ``store`` if it cannot be written.
    """
    if file.exists():
        raise UsageError(f"{file} exists. Remove it if its array job has ended, or name a new file.")
    file.parent.mkdir(parents=True, exist_ok=True)
    write_private(file, json.dumps({"schema": 1, **asdict(plan)}, indent=1).encode())


def read_plan(file: Path, assignment: Assignment) -> Plan:
    """Read the plan of a class.

    Raises:
        UsageError: the file is no plan, or one of another assignment.
    """
    try:
        found: dict[str, Any] = json.loads(file.read_bytes())
        if found.pop("schema") != 1:
            raise UsageError(f"{file} was written by a newer version of autograder. Install that version.")
        found["versions"] = tuple((name, version) for name, version in found["versions"])
        plan = Plan(**found | {"graded": tuple(found["graded"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as exc:
        raise UsageError(f"{file} is not a plan ({exc}). Write one with autograder batch plan.") from exc
    if plan.assignment != assignment.slug:
        raise UsageError(f"{file} is a plan of {plan.assignment}. Write one of {assignment.slug}.")
    return plan


class ShardRun:
    """The grading of one shard. It writes reports into the store of the shard, and no other file."""

    def __init__(self, assignment: Assignment, ledger: Ledger, *, run: RunOptions, log: RunLog) -> None:
        self.assignment = assignment
        self.ledger = ledger
        self.options = run
        self.log = log
        self.pending = ledger.pending
        self.graded = 0  # in this run
        self.broken: list[Report] = []  # reports with a grader error
        self.died: Sequence[Upload] = ()  # submissions without a report: their grader process died, twice

    def grade(
        self,
        grade: Callable[[Sequence[Upload], Callable[[Report], None]], Sequence[Upload]],
        advance: Callable[[int, int], None],
    ) -> None:
        """Let ``grade`` grade what is pending, and keep each report at once.

        Raises:
            CaseError: as in ``session.grade``. After ``case-drift`` the reports of this run are discarded.
        """

        def record(report: Report) -> None:
            self.ledger.keep(report)
            self.graded += 1
            if not report.complete:
                self.broken.append(report)
            self.log.graded(report)
            advance(self.graded, len(self.pending))

        try:
            self.died = grade(self.pending, record)
        except CaseError as exc:
            if exc.slug == "case-drift":
                self.ledger.discard(exc.slug)
            raise
