"""The store: which submissions there are, every report that was made of them, and who did what.

It is a SQLite file in the course folder (``store/store.sqlite``), or a PostgreSQL database. What is pending is not
written anywhere: it follows from the submissions and the reports, so a run may be killed at any moment.
"""

from __future__ import annotations

import contextlib
import getpass
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from ..errors import UsageError
from ..grading.environment import now
from ..model import Level
from ..reports.class_rows import TIMED_OUT
from . import schema
from .adjustments import Decision
from .database import engine_of, explained, parsed, prepare_file
from .migration import migrate
from .receipts import LastSubmission, NewSubmission
from .schema import (
    adjustments,
    assignments,
    courses,
    log,
    official,
    people,
    publications,
    reports,
    seeds,
    submissions,
)

CLOCK_SLACK = timedelta(minutes=5)  # between two machines that share a database
MANY = 500  # values of one query: SQLite has a limit


@dataclass(frozen=True, slots=True)
class ReportKey:
    """What a report depends on, apart from the submission."""

    slug: str
    assignment: str
    version: str
    environment: str
    seed: str
    device: str
    language: str


@dataclass(frozen=True, slots=True)
class Found:
    """A complete report in the store: its number, and the row of the class as JSON."""

    id: int
    summary: str


class Store:
    """The store of one course. Every method that writes is one transaction.

    Raises:
        AutograderError: ``store`` if it cannot be opened, read or written.
    """

    def __init__(self, url: str, course: str) -> None:
        self.url = parsed(url)
        self.course = course
        self.path = Path(self.url.database or "") if self.url.drivername.startswith("sqlite") else None
        if self.path is not None:
            prepare_file(self.path)
        self._engine = engine_of(self.url)
        try:
            with self._write() as connection:
                migrate(connection, self.url, self.path)
                known = select(courses.c.id).where(courses.c.id == course)
                if connection.execute(known).first() is None:
                    connection.execute(courses.insert().values(id=course, created_at=now()))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- submissions and reports

    def seed(self, slug: str, draw: str, *, wanted: str | None = None) -> str:
        """Return the seed of the official runs of an assignment; keep ``wanted``, else ``draw``, if there is none.

        Raises:
            UsageError: another seed than ``wanted`` is kept.
        """
        with self._write() as connection:
            query = select(seeds.c.seed, seeds.c.drawn_at).where(seeds.c.course == self.course, seeds.c.slug == slug)
            kept = connection.execute(query).first()
            if kept is None:
                values = {"course": self.course, "slug": slug, "seed": wanted or draw, "drawn_at": now()}
                connection.execute(seeds.insert().values(values))
                return wanted or draw
        if wanted is not None and wanted != kept.seed:
            raise UsageError(
                f"The seed of the official runs of {slug} was drawn on {kept.drawn_at[:10]} and is kept, so that all "
                "students get the same inputs. Omit --seed, or try another seed with --practice."
            )
        return str(kept.seed)

    def kept_seed(self, slug: str) -> int:
        """Return the seed of the official runs of an assignment, 0 if none was drawn."""
        query = select(seeds.c.seed).where(seeds.c.course == self.course, seeds.c.slug == slug)
        with self._read() as connection:
            return int(connection.execute(query).scalar() or 0)

    def kept_level(self, slug: str) -> Level:
        """Return the level of the sandbox of the last official report of an assignment."""
        query = select(reports.c.level).where(
            reports.c.course == self.course, reports.c.slug == slug, reports.c.complete
        )
        with self._read() as connection:
            found = connection.execute(query.order_by(reports.c.id.desc()).limit(1)).scalar()
        return Level(found) if found in list(Level) else Level.FULL  # one that is "partial" counts for nothing

    def add(self, slug: str, new: Sequence[NewSubmission]) -> dict[str, int]:
        """Add submissions whose bytes differ from the person's last one, and return the attempt of each person.

        Several of one person come one after the other, in their order.
        """
        attempts: dict[str, int] = {}
        with self._write() as connection:
            last = self._last(connection, slug)
            time, actor = now(), current_actor()
            known = set(connection.scalars(select(people.c.person).where(people.c.course == self.course)))
            rows: dict[str, list[dict[str, Any]]] = {"people": [], "submissions": [], "log": []}
            for each in new:
                before = last.get(each.person)
                attempt = attempts.get(each.person) or (before.attempt if before else 0)
                if before and before.sha256 == each.sha256 and attempt == before.attempt:
                    attempts[each.person] = attempt
                    self._add_news(connection, slug, each, before)
                    continue
                attempts[each.person] = attempt + 1
                if each.person not in known:
                    known.add(each.person)
                    rows["people"].append({"course": self.course, "person": each.person, "since": time})
                own = {"course": self.course, "slug": slug, "attempt": attempt + 1, "imported_at": time}
                rows["submissions"].append(asdict(each) | own)
                detail = f"attempt {attempt + 1}, {each.sha256[:12]}{each.text}"
                rows["log"].append(self._entry(time, actor, "imported", slug, each.person, detail))
            for table, values in ((people, "people"), (submissions, "submissions"), (log, "log")):
                if rows[values]:
                    connection.execute(table.insert(), rows[values])
        return attempts

    def _add_news(self, connection: Connection, slug: str, new: NewSubmission, before: LastSubmission) -> None:
        """Add what is known only now of the last submission of a person."""
        if values := before.news(new):
            mine = (submissions.c.course == self.course, submissions.c.slug == slug)
            own = (submissions.c.person == new.person, submissions.c.attempt == before.attempt)
            connection.execute(submissions.update().where(*mine, *own).values(values))
            self.note(connection, "imported", slug, f"attempt {before.attempt}{new.text}", new.person)

    def complete(self, key: ReportKey, sha256s: Sequence[str]) -> dict[str, Found]:
        """Return the reports of these submissions that count under ``key``; what is missing here is pending."""
        found: dict[str, Found] = {}
        with self._read() as connection:
            for start in range(0, len(sha256s), MANY):
                query = select(official.c.sha256, reports.c.id, reports.c.summary).where(
                    official.c.course == self.course,
                    *(official.c[name] == value for name, value in asdict(key).items()),
                    official.c.sha256.in_(sha256s[start : start + MANY]),
                    official.c.report == reports.c.id,
                    reports.c.complete,
                )
                rows = connection.execute(query.order_by(official.c.id))
                found |= {row.sha256: Found(row.id, row.summary) for row in rows}
        return found

    def timed_out(self, slug: str, sha256s: Sequence[str]) -> set[str]:
        """Return those of these submissions that an earlier report, of any key, saw time out."""
        mark = reports.c.summary.contains(f'"{TIMED_OUT}"')
        found: set[str] = set()
        with self._read() as connection:
            for start in range(0, len(sha256s), MANY):
                own = (reports.c.course == self.course, reports.c.slug == slug)
                query = select(reports.c.sha256).where(*own, reports.c.sha256.in_(sha256s[start : start + MANY]), mark)
                found |= set(connection.scalars(query))
        return found

    def note_died(self, slug: str, sha256: str, person: str) -> None:
        """Write into the log that the process which graded a submission died, twice."""
        with self._write() as connection:
            self.note(connection, "died", slug, sha256, person)

    def died(self, slug: str) -> set[str]:
        """Return the submissions that a grader process has died of."""
        query = select(log.c.detail).where(log.c.course == self.course, log.c.slug == slug, log.c.action == "died")
        with self._read() as connection:
            return set(connection.scalars(query))

    def save(self, key: ReportKey, person: str | None, values: Mapping[str, Any]) -> Found:
        """Keep a report, and write into the log why it was made. A complete report of a key is kept once."""
        columns = {"course": self.course, **asdict(key), **values}
        with self._write() as connection:
            why = _why(connection, columns)
            number = self.insert(connection, columns)
            if number is None:  # another run has made it meanwhile
                same = [reports.c[name] == columns[name] for name in schema.KEY]
                kept = select(reports.c.id, reports.c.summary).where(*same, reports.c.complete)
                row = connection.execute(kept).one()
                return Found(row.id, row.summary)
            self.note(connection, "graded", key.slug, f"{points_of(columns)}; {why}", person)
        return Found(number, str(values["summary"]))

    def insert(self, connection: Connection, report: Mapping[str, Any]) -> int | None:
        """Insert a report, and return its number; None if there is a complete one of its key."""
        # Values that go beside a statement cost a tenth of those in it: SQLAlchemy then knows the statement already.
        statement = self.insert_into(reports).on_conflict_do_nothing().returning(reports.c.id)
        number = connection.execute(statement, dict(report)).scalar()
        if number is None:
            return None
        version = {"course": self.course, "slug": report["slug"], "digest": report["assignment"]}
        version["first_graded_at"] = report["graded_at"]
        connection.execute(self.insert_into(assignments).on_conflict_do_nothing(), version)
        if report["complete"]:
            self.count(connection, {name: report[name] for name in schema.KEY}, int(number))
        return int(number)

    def insert_into(self, table: Table) -> Any:
        """Return an insert of this kind of database, which can say what to do with a row that exists."""
        return (postgresql.insert if self.path is None else sqlite.insert)(table)

    def count(self, connection: Connection, key: Mapping[str, Any], report: int) -> None:
        """Let a report count under a key from now on."""
        connection.execute(official.insert(), {**key, "report": report, "at": now()})

    def document(self, report: int) -> str:
        """Return a report as JSON."""
        with self._read() as connection:
            return str(connection.execute(select(reports.c.document).where(reports.c.id == report)).scalar_one())

    def summaries(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the rows of at most ``MANY`` reports as JSON, by their numbers."""
        with self._read() as connection:
            rows = connection.execute(select(reports.c.id, reports.c.summary).where(reports.c.id.in_(numbers)))
            return {row.id: row.summary for row in rows}

    def discard(self, numbers: Sequence[int], slug: str, why: str) -> None:
        """Make reports count no longer. They stay as history, and their submissions are pending again."""
        with self._write() as connection:
            connection.execute(reports.update().where(reports.c.id.in_(numbers)).values(complete=False))
            detail = f"{len(numbers)} reports; {why}"
            self.note(connection, "discarded", slug, detail)

    def published(self, slug: str) -> dict[tuple[str, int], str]:
        """Return when each (person, report) was published."""
        mine = (publications.c.course == self.course, publications.c.slug == slug)
        with self._read() as connection:
            query = select(publications.c.person, publications.c.report, publications.c.at).where(*mine)
            return {(row.person, row.report): row.at for row in connection.execute(query)}

    # --- what people decide

    def decisions(self, slug: str) -> list[Decision]:
        """Return what people decided about the points of an assignment, the oldest first."""
        table = adjustments.c
        query = select(table.person, table.task, table.points, table.set_to, table.reason, table.decided_by, table.at)
        query = query.where(table.course == self.course, table.slug == slug).order_by(table.id)
        with self._read() as connection:
            return [Decision(*row) for row in connection.execute(query)]

    def decide(self, slug: str, decisions: Sequence[Decision]) -> None:
        """Record decisions, all or none, and write them into the log."""
        time, actor = now(), current_actor()
        with self._write() as connection:
            for each in decisions:
                own = {"course": self.course, "slug": slug, "person": each.person, "task": each.task, "at": time}
                values = {"points": each.points, "set_to": each.set_to, "reason": each.reason, "decided_by": each.by}
                connection.execute(adjustments.insert().values(own | values))
                entry = self._entry(time, actor, "adjusted", slug, each.person, each.detail)
                connection.execute(log.insert().values(entry))

    # --- the log, and what there is

    def events(self, person: str) -> list[tuple[str, str, str, str, str]]:
        """Return time, actor, action, assignment and detail of each entry of the log on a person, the oldest first."""
        columns = (log.c.at, log.c.actor, log.c.action, log.c.slug, log.c.detail)
        query = select(*columns).where(log.c.course == self.course, log.c.person == person).order_by(log.c.id)
        with self._read() as connection:
            return [(row.at, row.actor, row.action, row.slug, row.detail) for row in connection.execute(query)]

    def last_event(self) -> str:
        """Return the time of the newest entry of the log, or "" if there is none."""
        query = select(log.c.at).where(log.c.course == self.course).order_by(log.c.id.desc()).limit(1)
        with self._read() as connection:
            return connection.execute(query).scalar() or ""

    def latest(self) -> dict[str, dict[str, str]]:
        """Return the digest of the last submission of each person, by assignment."""
        found: dict[str, dict[str, str]] = {}
        with self._read() as connection:
            slugs = select(submissions.c.slug).where(submissions.c.course == self.course).distinct()
            for slug in sorted(connection.scalars(slugs)):
                found[slug] = {person: last.sha256 for person, last in self._last(connection, slug).items()}
        return found

    def last(self, slug: str) -> dict[str, LastSubmission]:
        """Return the last submission of each person, by pseudonym."""
        with self._read() as connection:
            return self._last(connection, slug)

    def digests(self, *, only_of: str | None = None) -> set[tuple[str, str]]:
        """Return slug and digest of every submission, or of those that a person handed in and nobody else."""
        columns = (submissions.c.slug, submissions.c.sha256, submissions.c.person)
        with self._read() as connection:
            rows = connection.execute(select(*columns).where(submissions.c.course == self.course).distinct()).all()
        if only_of is None:
            return {(row.slug, row.sha256) for row in rows}
        others = {(row.slug, row.sha256) for row in rows if row.person != only_of}
        return {(row.slug, row.sha256) for row in rows if row.person == only_of} - others

    def keep_until(self, date: str | None = None) -> str:
        """Return the date until which the course is kept, "" for none; set it first if one is given."""
        mine = courses.c.id == self.course
        with self._write() as connection:
            if date is not None:
                connection.execute(courses.update().where(mine).values(keep_until=date))
            return connection.execute(select(courses.c.keep_until).where(mine)).scalar() or ""

    def warnings(self) -> list[str]:
        """Return what a person should know before a run: the clock went back, or the course should be erased."""
        time, last, until = now(), self.last_event(), self.keep_until()
        found = []
        if last and datetime.fromisoformat(time) < datetime.fromisoformat(last) - CLOCK_SLACK:
            found.append(f"The clock says {time}, and the store has an entry of {last}. Set the clock of this machine.")
        if until and time[:10] > until:
            found.append(f"The data of this course was to be kept until {until}. Run autograder privacy erase --all.")
        return found

    # --- transactions

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Change several tables at once, or nothing if the block raises."""
        with self._write() as connection:
            yield connection

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read several tables as they are at one moment."""
        with self._read() as connection:
            if self.path is None:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    def note(self, connection: Connection, action: str, slug: str, detail: str, person: str | None = None) -> None:
        """Add an entry to the log."""
        connection.execute(log.insert(), self._entry(now(), current_actor(), action, slug, person, detail))

    def _last(self, connection: Connection, slug: str) -> dict[str, LastSubmission]:
        mine = (submissions.c.course == self.course, submissions.c.slug == slug)
        names = ("attempt", "sha256", "received_at", "late", "lms_attempt")
        columns = (submissions.c[name] for name in ("person", *names))
        ordered = connection.execute(select(*columns).where(*mine).order_by(submissions.c.attempt))
        return {person: LastSubmission(*rest) for person, *rest in ordered}

    def _entry(self, at: str, actor: str, action: str, slug: str, person: str | None, detail: str) -> dict[str, Any]:
        values = {"course": self.course, "at": at, "actor": actor, "action": action}
        return values | {"slug": slug, "person": person, "detail": detail}

    @contextlib.contextmanager
    def _write(self) -> Iterator[Connection]:
        with explained(self.url), self._engine.connect() as connection:
            connection = connection.execution_options(write=True)
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def _read(self) -> Iterator[Connection]:
        with explained(self.url), self._engine.connect() as connection:
            yield connection


def points_of(report: Mapping[str, Any]) -> str:
    """Return digest and points of a report, for the log."""
    return f"{report['sha256'][:12]}, {report['earned']:g} of {report['possible']:g} points"


def _why(connection: Connection, columns: Mapping[str, Any]) -> str:
    """Return why a report is made: it is the first, the last one failed, or what changed since."""
    course, slug, sha256, *parts = schema.KEY
    wanted = select(*(reports.c[name] for name in parts))  # without the document, which is long
    before = wanted.where(*(reports.c[name] == columns[name] for name in (course, slug, sha256)))
    last = connection.execute(before.order_by(reports.c.id.desc()).limit(1)).first()
    if last is None:
        return "first report"
    changed = [name for name in parts if getattr(last, name) != columns[name]]
    return f"changed: {', '.join(changed)}" if changed else "the last report was incomplete"


def current_actor() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"
