"""The grades of a class as they were at an earlier time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ..exchange.csv_grades import GradedStudent
from ..exchange.grades import Grade
from . import history
from .adjustments import decided_row
from .identities import Identities
from .store import Store


def grades(store: Store, known: Identities, slug: str, time: datetime) -> list[GradedStudent]:
    """Return what each student had earned at ``time``, by name; those who had handed in later are not there.

    A submission without a report at that time has no points.
    """
    found = [_graded(known.name(person), then) for person, then in history.as_of(store, slug, time).items()]
    return sorted(found, key=lambda each: each.grade.student)


def _graded(name: str, then: history.AsOf) -> GradedStudent:
    found = GradedStudent(Grade(name, None, sha256=then.sha256), (), {}, then.attempt, then.received_at, then.late)
    if then.summary is None:
        return found
    row = decided_row(then.summary, then.decisions)
    return replace(
        found,
        grade=Grade(name, row.score.earned, row.score.possible, sha256=then.sha256),
        attention=row.attention,
        tasks={task: None if task in row.awaiting else earned for task, earned in row.tasks.items()},
        reasons=" · ".join(each.reason for each in row.score.adjustments),
        adjusted=sum(each.points for each in row.score.adjustments),
    )
