"""The store of a shard, and merging: its reports become those of the store of the course.

The store of a shard is a SQLite file with one course, its seeds and reports, and without people. So nothing can
disagree with the store of the course: a report is taken as it is, or it is already there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, select

from ..errors import UsageError
from . import schema
from .database import engine_of, explained, parsed
from .migration import newer
from .schema import assignments, courses, environments, people, reports, schema_version, seeds, submissions
from .store import MANY, Store, points_of

RUN_AGAIN = "Run its job again."
SAME = (*schema.KEY, "graded_at", "document")
"""Two rows that agree in these are one report, also if one of them was discarded."""


def open_shard(url: str, course: str, slug: str, seed: int) -> Store:
    """Open the store of a shard; create it if there is none.

    Raises:
        UsageError: it is no SQLite file, or not the store of a shard of this plan.
        AutograderError: ``store`` if it cannot be opened, read or written.
    """
    address = parsed(url)
    if not address.drivername.startswith("sqlite"):
        raise UsageError("The store of a shard is a file of its own. Write --store sqlite:///FILE.")
    path = Path(address.database or "")
    if path.is_file() and path.stat().st_size:
        with _reading(path) as connection:
            _check_course(connection, path, course)
    store = Store(url, course)
    try:
        if store.seed(slug, str(seed)) != str(seed):
            raise UsageError(f"{path} was graded with the seed of another plan. Name a new file with --store.")
    except BaseException:
        store.close()
        raise
    return store


def merge(store: Store, files: Sequence[Path]) -> list[int]:
    """Take the reports of shards into the store of their course, all or none; return how many of each file are new.

    Raises:
        UsageError: a file is not the store of a shard of this course, or was graded with another seed.
        AutograderError: ``store`` if a file or the store cannot be used.
    """
    with contextlib.ExitStack() as stack:
        shards = [(file, stack.enter_context(_reading(file))) for file in files]
        for file, shard in shards:
            _check(shard, file, store)
        with store.transaction() as connection:
            counts = [_merge(store, connection, _reports(shard, file)) for file, shard in shards]
            for _, shard in shards:
                _take_descriptions(store, connection, shard)
            return counts


def _merge(store: Store, connection: Connection, found: Iterable[dict[str, Any]]) -> int:
    owners: dict[str, dict[str, str]] = {}
    count = 0
    for report in found:
        if _is_known(connection, report) or store.insert(connection, report) is None:
            continue
        slug = report["slug"]
        if slug not in owners:
            owners[slug] = _owners(connection, store.course, slug)
        detail = f"{points_of(report)}; graded {report['graded_at']}"
        store.note(connection, "merged", slug, detail, owners[slug].get(report["sha256"]))
        count += 1
    return count


def _take_descriptions(store: Store, connection: Connection, shard: Connection) -> None:
    """Take what the cases and the environments of a shard are, where the store does not know it."""
    for row in shard.execute(select(assignments).where(assignments.c.cases.is_not(None))).mappings():
        same = [assignments.c[column.name] == row[column.name] for column in assignments.primary_key]
        connection.execute(assignments.update().where(*same, assignments.c.cases.is_(None)).values(cases=row["cases"]))
    for row in shard.execute(select(environments)).mappings():
        known = select(environments.c.digest).where(
            environments.c.course == store.course, environments.c.digest == row["digest"]
        )
        if connection.execute(known).first() is None:
            connection.execute(environments.insert().values(**row))


def _is_known(connection: Connection, report: Mapping[str, Any]) -> bool:
    same = select(reports.c.id).where(*(reports.c[name] == report[name] for name in SAME))
    return connection.execute(same.limit(1)).first() is not None


def _owners(connection: Connection, course: str, slug: str) -> dict[str, str]:
    """Return, for each digest of a submission, the person who handed it in first."""
    query = select(submissions.c.sha256, submissions.c.person).where(
        submissions.c.course == course, submissions.c.slug == slug
    )
    return {row.sha256: row.person for row in connection.execute(query.order_by(submissions.c.id.desc()))}


# --- reading the store of a shard


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[Connection]:
    """Open the store of a shard for reading, as it is at this moment. It is never created or migrated.

    Raises:
        UsageError: there is no such file, or it was written by an older version.
        AutograderError: ``store`` if it cannot be read, or a newer version wrote it.
    """
    if not path.is_file():
        if ":/" in str(path):  # a URL: Path takes // for /
            raise UsageError("Only the stores of shards can be merged. Name their files, such as shards/*.sqlite.")
        raise UsageError(f"{path} does not exist. Its job has failed, or is not finished: run it again.")
    url = parsed(f"sqlite:///{path}")
    engine = engine_of(url)
    try:
        with explained(url, damaged=RUN_AGAIN), engine.connect() as connection, connection.begin():
            if not inspect(connection).has_table(schema_version.name):
                raise UsageError(f"{path} is not the store of a shard. Name a file that batch --shard wrote.")
            version = connection.execute(select(schema_version.c.version)).scalar_one()
            if version > schema.VERSION:
                raise newer(url, version)
            if version < schema.VERSION:
                raise UsageError(f"{path} was written by an older version of autograder. {RUN_AGAIN}")
            yield connection
    finally:
        engine.dispose()


def _check_course(shard: Connection, path: Path, course: str) -> None:
    if shard.execute(select(courses.c.id)).scalars().all() != [course]:
        raise UsageError(f"{path} is the store of another course. Write a plan of this course, and run its job again.")
    if shard.execute(select(people.c.person).limit(1)).first() is not None:
        raise UsageError(f"{path} is the store of a whole class and not that of a shard. Name another file.")


def _check(shard: Connection, path: Path, store: Store) -> None:
    _check_course(shard, path, store.course)
    for row in shard.execute(select(seeds.c.slug, seeds.c.seed)):
        if str(store.kept_seed(row.slug)) != row.seed:
            problem = f"{path} was graded with another seed of {row.slug} than that of the store"
            raise UsageError(f"{problem}. Write a new plan, and run its job again.")


def _reports(shard: Connection, path: Path) -> Iterator[dict[str, Any]]:
    """Yield the reports of a shard, without their numbers there."""
    with explained(parsed(f"sqlite:///{path}"), damaged=RUN_AGAIN):  # an error of this file, and not of the course's
        rows = shard.execution_options(yield_per=MANY).execute(select(reports).order_by(reports.c.id))
        for row in rows.mappings():
            yield {name: value for name, value in row.items() if name != "id"}
