"""The shadow run of a regrade: reports that do not count. Nothing but the regrade reads them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from . import schema
from .schema import shadows
from .store import MANY, ReportKey, Store


def find(store: Store, key: ReportKey) -> dict[str, bool]:
    """Return the submissions with a shadow report under ``key``, each with whether the report is complete."""
    query = select(shadows.c.sha256, shadows.c.complete).where(*_of(store, key))
    with store.snapshot() as connection:
        return {row.sha256: row.complete for row in connection.execute(query)}


def documents(store: Store, key: ReportKey, sha256s: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return row and document of shadow reports, by sha256."""
    wanted = sorted(sha256s)
    found: dict[str, tuple[str, str]] = {}
    with store.snapshot() as connection:
        for start in range(0, len(wanted), MANY):
            own = (*_of(store, key), shadows.c.sha256.in_(wanted[start : start + MANY]))
            query = select(shadows.c.sha256, shadows.c.summary, shadows.c.document).where(*own)
            found |= {row.sha256: (row.summary, row.document) for row in connection.execute(query)}
    return found


def save(store: Store, key: ReportKey, values: Mapping[str, Any]) -> None:
    """Keep a shadow report, in place of an earlier one of its key."""
    columns = {"course": store.course, **asdict(key), **values}
    statement = store.insert_into(shadows)
    newer = {name: statement.excluded[name] for name in values}
    with store.transaction() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=schema.KEY, set_=newer), columns)


def remove_others(store: Store, key: ReportKey) -> None:
    """Remove the shadow reports of other versions of the assignment: they can be applied no longer."""
    with store.transaction() as connection:
        connection.execute(
            shadows.delete().where(
                shadows.c.course == store.course,
                shadows.c.slug == key.slug,
                (shadows.c.assignment != key.assignment)
                | (shadows.c.version != key.version)
                | (shadows.c.environment != key.environment),
            )
        )


def discard(store: Store, key: ReportKey) -> None:
    """Remove the shadow reports under ``key``."""
    with store.transaction() as connection:
        connection.execute(shadows.delete().where(*_of(store, key)))


def take(store: Store, connection: Any, key: ReportKey, sha256: str) -> int | None:
    """Move a complete shadow report to the reports, where it counts; return its number, None if it is not there."""
    mine = (*_of(store, key), shadows.c.sha256 == sha256, shadows.c.complete)
    row = connection.execute(select(shadows).where(*mine)).mappings().first()
    if row is None:
        return None
    number = store.insert(connection, dict(row))
    connection.execute(shadows.delete().where(*mine))
    return number


def _of(store: Store, key: ReportKey) -> list[Any]:
    return [
        shadows.c.course == store.course,
        *(shadows.c[name] == value for name, value in asdict(key).items()),
    ]
