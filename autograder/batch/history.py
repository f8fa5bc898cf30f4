"""Which report of a submission counts, since when, and what its cases depended on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from ..course.assignment import Assignment
from ..course.case_digests import digests_of
from ..grading.environment import now
from ..grading.environment import versions_of as installed_versions
from ..model import Level
from .adjustments import Decision, by_person
from .schema import KEY, adjustments, assignments, environments, official, reports, submissions
from .store import MANY, ReportKey, Store

KEPT_PARTS = ("seed", "device", "language")  # an assignment that changes, or a new version, leaves these as they are


@dataclass(frozen=True, slots=True)
class Counted:
    """A report that counts: its number, its row as JSON, the points, and what it was made with."""

    id: int
    summary: str
    earned: float
    assignment: str
    version: str
    environment: str


def counted(store: Store, key: ReportKey) -> dict[str, Counted]:
    """Return the report of each submission that counts now, by sha256, whatever version of the cases it is of."""
    same = [official.c[name] == getattr(key, name) for name in KEPT_PARTS]
    columns = (reports.c.id, reports.c.summary, reports.c.earned, reports.c.assignment, reports.c.version)
    query = select(official.c.sha256, *columns, reports.c.environment).where(
        official.c.course == store.course,
        official.c.slug == key.slug,
        *same,
        official.c.report == reports.c.id,
        reports.c.complete,
    )
    with store.snapshot() as connection:
        return {row[0]: Counted(*row[1:]) for row in connection.execute(query.order_by(official.c.id))}


def made(store: Store, key: ReportKey) -> dict[str, Counted]:
    """Return the complete reports that were made under ``key``, by sha256, whether they count or not."""
    columns = (reports.c.id, reports.c.summary, reports.c.earned, reports.c.assignment, reports.c.version)
    query = select(reports.c.sha256, *columns, reports.c.environment).where(
        reports.c.course == store.course,
        *(reports.c[name] == value for name, value in asdict(key).items()),
        reports.c.complete,
    )
    with store.snapshot() as connection:
        return {row[0]: Counted(*row[1:]) for row in connection.execute(query)}


def documents(store: Store, numbers: Sequence[int]) -> dict[int, str]:
    """Return reports as JSON, by their numbers."""
    found: dict[int, str] = {}
    with store.snapshot() as connection:
        for start in range(0, len(numbers), MANY):
            query = select(reports.c.id, reports.c.document).where(reports.c.id.in_(numbers[start : start + MANY]))
            found |= {row.id: row.document for row in connection.execute(query)}
    return found


def attempts(store: Store, slug: str) -> dict[str, list[str]]:
    """Return the digests of all submissions of each person, by pseudonym, in the order of the attempts."""
    query = select(submissions.c.person, submissions.c.sha256)
    query = query.where(submissions.c.course == store.course, submissions.c.slug == slug)
    found: dict[str, list[str]] = {}
    with store.snapshot() as connection:
        for person, sha256 in connection.execute(query.order_by(submissions.c.attempt)):
            found.setdefault(person, []).append(sha256)
    return found


def without_report(store: Store, slug: str) -> list[tuple[str, int, str, str | None]]:
    """Return person, attempt, digest and time of receipt of the submissions that no report has ever counted for."""
    table = submissions.c
    counted_ones = select(official.c.sha256).where(
        official.c.course == store.course,
        official.c.slug == slug,
        official.c.report == reports.c.id,
        reports.c.complete,
    )
    query = select(table.person, table.attempt, table.sha256, table.received_at)
    query = query.where(table.course == store.course, table.slug == slug, table.sha256.not_in(counted_ones))
    with store.snapshot() as connection:
        rows = connection.execute(query.order_by(table.person, table.attempt))
        return [(row.person, row.attempt, row.sha256, row.received_at) for row in rows]


def row(store: Store, number: int) -> dict[str, Any]:
    """Return what the store keeps of a report, without its number and key."""
    with store.snapshot() as connection:
        found = connection.execute(select(reports).where(reports.c.id == number)).mappings().one()
    return {name: found[name] for name in found if name == "sha256" or name not in (*KEY, "id")}


def confirm(store: Store, key: ReportKey, found: Mapping[str, int]) -> None:
    """Write that the reports which a run has found count from now on, where another one has counted last."""
    now_counted = counted(store, key)
    changed = {sha256: number for sha256, number in found.items() if now_counted[sha256].id != number}
    if not changed:
        return
    with store.transaction() as connection:
        for sha256, number in changed.items():
            store.count(connection, {"course": store.course, **asdict(key), "sha256": sha256}, number)


# --- what the cases of a report depended on


def describe(store: Store, key: ReportKey, assignment: Assignment, level: Level) -> None:
    """Keep what the cases of this assignment depend on and what is installed here, for the reports under ``key``."""
    version = {"course": store.course, "slug": key.slug, "digest": key.assignment}
    here = {"course": store.course, "digest": key.environment}
    same = [assignments.c[name] == value for name, value in version.items()]
    with store.transaction() as connection:
        if connection.execute(select(assignments.c.cases).where(*same)).scalar() is None:
            row = store.insert_into(assignments).values(**version, first_graded_at=now())
            connection.execute(row.on_conflict_do_nothing())
            cases = json.dumps(digests_of(assignment))
            connection.execute(assignments.update().where(*same).values(cases=cases))
        known = select(environments.c.digest).where(*(environments.c[name] == value for name, value in here.items()))
        if connection.execute(known).first() is None:
            row = store.insert_into(environments).values(
                **here, versions=json.dumps(installed_versions(assignment, level))
            )
            connection.execute(row.on_conflict_do_nothing())


def case_digests(store: Store, slug: str) -> dict[str, dict[str, str]]:
    """Return the digests of the cases of each version of an assignment that has them."""
    query = select(assignments.c.digest, assignments.c.cases).where(
        assignments.c.course == store.course, assignments.c.slug == slug, assignments.c.cases.is_not(None)
    )
    with store.snapshot() as connection:
        return {row.digest: json.loads(row.cases) for row in connection.execute(query)}


def versions_of(store: Store, environment: str) -> dict[str, str]:
    """Return what was installed where reports were made; empty if an older framework made them."""
    query = select(environments.c.versions).where(
        environments.c.course == store.course, environments.c.digest == environment
    )
    with store.snapshot() as connection:
        return dict(json.loads(connection.execute(query).scalar() or "{}"))


def data_sets(store: Store, slug: str) -> set[str]:
    """Return the data sets on which reports of an assignment were made, where its cases could ask for several."""
    query = select(reports.c.environment).distinct().where(reports.c.course == store.course, reports.c.slug == slug)
    with store.snapshot() as connection:
        digests = list(connection.scalars(query))
    return {versions_of(store, digest).get("data", "") for digest in digests} - {""}


def differences(store: Store, then: str, now_: str) -> str:
    """Return what differs between two environments, such as "numpy was 2.4.0 and is 2.5.0"."""
    old, new = versions_of(store, then), versions_of(store, now_)
    if not old:
        return "reports are of another environment, whose versions were not kept"
    names = [name for name in sorted(old.keys() | new) if old.get(name) != new.get(name)]
    return ", ".join(f"{name} was {old.get(name, 'missing')} and is {new.get(name, 'missing')}" for name in names)


# --- as of an earlier time


@dataclass(frozen=True, slots=True)
class AsOf:
    """What counted for a person at a moment: the last submission, its row as JSON, and the decisions.

    ``summary`` is None if the submission had no report then. ``received_at`` and ``late`` are those of the submission.
    """

    sha256: str
    attempt: int
    received_at: str | None
    late: bool | None
    summary: str | None
    decisions: tuple[Decision, ...]


def as_of(store: Store, slug: str, time: datetime) -> dict[str, AsOf]:
    """Return what counted at ``time``, by pseudonym."""
    with store.snapshot() as connection:
        handed_in = _until(connection, store, slug, time, submissions, "imported_at")
        last = {row.person: row for row in handed_in}
        since = _until(connection, store, slug, time, official, "at", complete=True)
        number = {row.sha256: row.report for row in since}
        decided = by_person(
            Decision(row.person, row.task, row.points, row.set_to, row.reason, row.decided_by, row.at)
            for row in _until(connection, store, slug, time, adjustments, "at")
        )
        own = select(reports.c.id, reports.c.summary).where(reports.c.course == store.course, reports.c.slug == slug)
        summaries = {row.id: row.summary for row in connection.execute(own)}
    return {
        person: AsOf(
            row.sha256,
            row.attempt,
            row.received_at,
            row.late,
            summaries.get(number.get(row.sha256, -1)),
            tuple(decided.get(person, ())),
        )
        for person, row in last.items()
    }


def _until(
    connection: Connection, store: Store, slug: str, time: datetime, table: Any, column: str, *, complete: bool = False
) -> Iterator[Any]:
    """Yield the rows of an assignment that were written at ``time`` or before, the oldest first."""
    query = select(table).where(table.c.course == store.course, table.c.slug == slug)
    if complete:
        query = query.where(table.c.report == reports.c.id, reports.c.complete)
    for row in connection.execute(query.order_by(table.c.id)):
        if datetime.fromisoformat(getattr(row, column)) <= time:
            yield row
