"""The attempts of a class before the last one, with their points, for rules such as "the best attempt counts"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from ..grading.policies import Attempt, task_points
from ..model import Report, SubmissionInfo
from ..reports import class_rows
from ..reports.document import from_json
from ..reports.printable import printable
from .adjustments import Decision, applied, by_person, decided_row, points_of
from .identities import Identities
from .schema import official, reports, submissions
from .store import Store


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier attempt of a person. ``report`` is the number of its report, None if it has none that is complete."""

    attempt: Attempt
    sha256: str
    report: int | None


class Attempts:
    """The earlier attempts of everybody in one assignment.

    An attempt counts with the report that counts for the given version of the assignment (``digest``), else with the
    one that has counted last. With ``until``, it counts with the report that had counted last at that time, and with
    what people had decided.
    """

    def __init__(
        self, store: Store, known: Identities, slug: str, digest: str, *, until: datetime | None = None
    ) -> None:
        self._store = store
        self._known = known
        self._slug = slug
        self._until = until
        self._decisions = by_person(each for each in store.decisions(slug) if self._is_known(each.at))
        self._levels: dict[str, str] = {}  # of the reports in ``_newest``, by sha256
        self._newest = self._newest_reports("" if until else digest)

    def _is_known(self, at: str) -> bool:
        return self._until is None or datetime.fromisoformat(at) <= self._until

    def levels(self) -> Counter[str]:
        """Return how many submissions count with a report of each level of the sandbox."""
        return Counter(self._levels.values())

    def attempts(self, tasks: Mapping[str, float]) -> dict[str, list[Earlier]]:
        """Return the attempts of each student, in order. ``tasks`` has the points of each task."""
        found: dict[str, list[Earlier]] = {}
        for row in self._attempts():
            found.setdefault(self._known.name(row.person), []).append(self._of(row, tasks))
        return found

    def report(self, student: str, which: Earlier) -> Report:
        """Return the report of an attempt, with the name and with what people decided."""
        assert which.report is not None
        report = from_json(self._store.document(which.report), source="the store")
        received = which.attempt.received_at.isoformat() if which.attempt.received_at else None
        info = SubmissionInfo(student, which.sha256, received, attempt=which.attempt.number)
        decided = self._decisions.get(self._known.pseudonym(student), ())
        points = applied(points_of(class_rows.class_row(report)), decided)
        return replace(report, submission=info, score=points.score)

    def report_of(self, sha256: str) -> int | None:
        """Return the number of the report of a submission; None if the store has none."""
        return self._newest[sha256][0] if sha256 in self._newest else None

    def undecided(self, student: str, reasons: str) -> Decision | None:
        """Return a decision about a student that is not among ``reasons``, those in a table; None if all are."""
        mine = self._decisions.get(self._known.pseudonym(student), ())
        return next((each for each in mine if _bare(each.reason) not in _bare(reasons)), None)

    def _of(self, row: _Row, tasks: Mapping[str, float]) -> Earlier:
        received = datetime.fromisoformat(row.received_at) if row.received_at else None
        attempt = Attempt({}, tasks, received, row.attempt, complete=False, late=row.late)
        if row.sha256 not in self._newest:
            return Earlier(attempt, row.sha256, None)
        number, summary = self._newest[row.sha256]
        graded = decided_row(summary, self._decisions.get(row.person, ()))
        earned = task_points(graded.tasks, graded.score.earned)
        decided = graded.score.adjustments
        return Earlier(replace(attempt, points=earned, complete=True, decided=decided), row.sha256, number)

    def _attempts(self) -> Sequence[_Row]:
        table = submissions.c
        query = select(table.person, table.attempt, table.sha256, table.received_at, table.late)
        query = query.where(table.course == self._store.course, table.slug == self._slug)
        with self._store.snapshot() as connection:
            rows = connection.execute(query.order_by(table.person, table.attempt))
            return [_Row(*row) for row in rows]

    def _newest_reports(self, digest: str) -> dict[str, tuple[int, str]]:
        """Return number and row of the report that counts for each submission, by its sha256."""
        columns = (official.c.sha256, official.c.assignment, reports.c.id, reports.c.summary, reports.c.level)
        query = select(official.c.at, *columns)
        query = query.where(official.c.course == self._store.course, official.c.slug == self._slug)
        query = query.where(official.c.report == reports.c.id, reports.c.complete)
        found: dict[str, tuple[int, str]] = {}
        of_version: set[str] = set()
        with self._store.snapshot() as connection:
            for at, sha256, assignment, number, summary, level in connection.execute(query.order_by(official.c.id)):
                if not self._is_known(at):
                    continue
                if assignment == digest or sha256 not in of_version:
                    found[sha256] = number, summary
                    self._levels[sha256] = level
                if assignment == digest:
                    of_version.add(sha256)
        return found


def _bare(text: str) -> str:
    """Return a text without what a table adds to it: escapes, and quotes against formulas."""
    return printable(text).replace("'", "")


@dataclass(frozen=True, slots=True)
class _Row:
    person: str
    attempt: int
    sha256: str
    received_at: str | None
    late: bool | None
