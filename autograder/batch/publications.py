"""Which points went out to another system: who exported them, to where and when. ``export`` writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from ..grading.environment import now
from ..reports.views import number
from . import schema
from .identities import Identities
from .store import Store, current_actor


@dataclass(frozen=True, slots=True)
class Published:
    """The points of a student that go out. ``report`` is the number of the report that they are of."""

    student: str
    points: float
    possible: float | None
    report: int


def last_points(store: Store, known: Identities, slug: str, target: str) -> dict[str, float]:
    """Return the points that were last exported to a target, by student."""
    table = schema.publications.c
    query = select(table.person, table.points).where(
        table.course == store.course, table.slug == slug, table.target == target, table.points.is_not(None)
    )
    with store.snapshot() as connection:
        return {known.name(person): points for person, points in connection.execute(query.order_by(table.id))}


def columns(store: Store) -> set[tuple[str, str]]:
    """Return which assignment went to which target, ever."""
    table = schema.publications.c
    query = select(table.slug, table.target).where(table.course == store.course).distinct()
    with store.snapshot() as connection:
        return {(slug, target) for slug, target in connection.execute(query)}


def record(
    store: Store, connection: Connection, known: Identities, slug: str, *, target: str, found: Sequence[Published]
) -> None:
    """Record what goes out, and write it into the log of each person, in the transaction of ``connection``."""
    common = {"course": store.course, "slug": slug, "target": target, "at": now(), "actor": current_actor()}
    for each in found:
        person = known.pseudonym(each.student)
        values: Mapping[str, object] = {"person": person, "report": each.report, "points": each.points}
        connection.execute(schema.publications.insert().values({**common, **values}))
        of = "" if each.possible is None else f" of {number(each.possible)}"
        store.note(connection, "exported", slug, f"{number(each.points)}{of} points to {target}", person)
