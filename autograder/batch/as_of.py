"""The grades of a class as they were at an earlier time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ..exchange.csv_grades import GradedStudent
from ..exchange.grades import Grade
from ..reports import class_rows
from . import history, identities
from .adjustments import Points, applied
from .store import Store


def grades(store: Store, folder: Path, slug: str, time: datetime) -> list[GradedStudent]:
    """Return what each student had earned at ``time``, by name; those who had handed in later are not there.

    A submission without a report at that time has no points.
    """
    known = identities.read(folder)
    found = []
    for person, then in history.as_of(store, slug, time).items():
        name = known.name(person)
        if then.summary is None:
            found.append(GradedStudent(Grade(name, None, sha256=then.sha256), ()))
            continue
        row = class_rows.from_json(then.summary)
        score = applied(Points(row.score, row.tasks), then.decisions).score
        grade = Grade(name, score.earned, score.possible, sha256=then.sha256)
        found.append(GradedStudent(grade, row.attention))
    return sorted(found, key=lambda each: each.grade.student)
