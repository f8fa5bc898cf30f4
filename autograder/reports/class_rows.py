"""One row for each submission of a class: what the class page, the terminal and the tables of grades show.

A row is a small value, so that the rows of a large class fit into memory and the store can keep them.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ..messages import say
from ..model import Adjustment, Measure, Report, Score, Verdict
from . import views

NO_POINTS = "–"  # where there is no complete report, hence no grade
RETRIED = "Run twice."  # how the note to staff of a case begins whose worker was lost; see grading/execution.py

TIMED_OUT, AWAITING = "timed-out", "awaiting"  # two of ``ClassRow.attention``


@dataclass(frozen=True, slots=True)
class Measured:
    """The measurement of a case that passed."""

    case: str
    title: str
    measure: Measure


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One submission in the table of a class. ``page`` is the address of its page, relative to the class page.

    ``measured`` are the cases that passed and have a measurement. ``total`` are the points with those of hidden cases
    that a practice run does not have, otherwise 0. ``tasks`` are the points of each task. ``reason`` says why no case
    could be graded, or is "". ``late`` and ``published`` are texts for the table of grades. ``attention`` says why a
    person has to look at it, as ids of sentences: rejected, grader-error, retried, timed-out, awaiting, changed,
    died, not-kept, no-copy, damaged. ``awaiting`` are the manual tasks that nobody has graded yet. ``challenges`` are
    those whose cases all pass; the cases of challenges are in no other number. ``possible`` are the points that each
    task can have; {} in a row of an older version.
    """

    student: str | None
    score: Score
    verdicts: Mapping[Verdict, int]
    hint: str = ""
    complete: bool = True
    page: str = ""
    measured: tuple[Measured, ...] = ()
    total: float = 0.0
    tasks: Mapping[str, float] = field(default_factory=dict)
    sha256: str = ""
    reason: str = ""
    graded_at: str | None = None
    received_at: str | None = None
    attempt: int | None = None
    late: str = ""
    published: str = ""
    attention: tuple[str, ...] = ()
    awaiting: tuple[str, ...] = ()
    challenges: tuple[str, ...] = ()
    possible: Mapping[str, float] = field(default_factory=dict)

    @property
    def points(self) -> str:
        """A text such as "25 / 30 (of 100)"; "–" without a complete report, which is not zero points."""
        if not self.complete:
            return NO_POINTS
        return views.of_all(self.score.earned, self.score.possible, self.total)

    @property
    def stamps(self) -> str:
        """When it was graded and received, the attempt, and the first digits of the sha256."""
        return views.stamps(self.graded_at, self.received_at, self.attempt, self.sha256)

    @property
    def name(self) -> str:
        """The student's name, or a placeholder if there is none."""
        return say("report.anonymous") if self.student is None else self.student

    @property
    def counts(self) -> str:
        """A text such as "3 passed, 2 failed", with the verdicts in the order of their definition; what is awaiting."""
        found = [(each, self.verdicts[each]) for each in Verdict if self.verdicts.get(each)]
        said = ", ".join(say("report.count", count=count, verdict=views.word(each)) for each, count in found)
        if not said:
            return say("state.not-graded")
        if self.awaiting:
            said = f"{said}, {', '.join(self.awaiting)}: {say('state.awaiting')}"
        if self.challenges:
            said = f"{said}, {say('challenge.count', tasks=', '.join(self.challenges))}"
        return said if self.complete else f"{said} ({say('state.incomplete')})"


def class_row(report: Report, *, page: str = "") -> ClassRow:
    """Return the row of a report for the table of a class.

    The hint is the first hint of the cases that did not pass, or their first message. The hint of a refused upload is
    the note that says why.
    """
    behind = [case for case in report.required if case.verdict is not Verdict.PASSED]
    said = [*(case.hint for case in behind), *(case.message for case in behind)]
    if not report.outcomes:  # the upload was refused; other notes are no reason for a lost point
        said += report.notes
    passed = [case for case in report.outcomes if case.verdict is Verdict.PASSED]
    return ClassRow(
        student=report.submission.student,
        score=report.score,
        verdicts=dict(Counter(case.verdict for case in report.required)),
        hint=next((sentence for sentence in said if sentence), ""),
        complete=report.complete,
        page=page,
        measured=tuple(Measured(case.case, case.title, case.measure) for case in passed if case.measure),
        total=views.total_points(report),
        tasks={
            task.id: math.fsum(line.earned for line in report.outcomes if line.task == task.id)
            for task in report.tasks
            if not task.challenge
        },
        sha256=report.submission.sha256,
        reason=_reason(report),
        graded_at=report.graded_at,
        received_at=report.submission.received_at,
        attempt=report.submission.attempt,
        attention=_attention(report),
        awaiting=tuple(task.id for task in report.awaiting),
        challenges=_solved(report),
        possible={task.id: task.points for task in report.tasks if not task.challenge},
    )


def _solved(report: Report) -> tuple[str, ...]:
    found = (view for view in views.by_task(report) if view.task.challenge and view.state == "passed")
    return tuple(view.task.id for view in found)


def decided(row: ClassRow) -> ClassRow:
    """Return a row without the manual tasks that its adjustments decide."""
    found = {each.task for each in row.score.adjustments}
    awaiting = tuple(task for task in row.awaiting if task not in found)
    attention = tuple(each for each in row.attention if each != AWAITING or awaiting)
    return replace(row, awaiting=awaiting, attention=attention)


def late_word(late: bool | None) -> str:
    """Return what another system says of lateness, for the table of grades; "" if it does not tell."""
    return "" if late is None else "yes" if late else "no"


def _attention(report: Report) -> tuple[str, ...]:
    verdicts = {line.verdict for line in report.required}
    found = {
        "rejected": not report.outcomes,
        "grader-error": not report.complete,
        "retried": any(line.staff.startswith(RETRIED) for line in report.outcomes),
        TIMED_OUT: Verdict.TIMED_OUT in verdicts,
        AWAITING: bool(report.awaiting),
    }
    return tuple(name for name, holds in found.items() if holds)


def _reason(report: Report) -> str:
    """Return why no case could be graded, or that some could not, or ""."""
    if not report.complete:
        return views.incomplete(report)
    return views.said_of_all(report) if report.outcomes else " ".join(report.notes)


def to_json(row: ClassRow) -> str:
    """Return a row as text; :func:`from_json` returns an equal row."""
    return json.dumps(row, separators=(",", ":"), default=_fields)


def _fields(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass. ``asdict`` also copies what is in them, which takes four times as long."""
    return {each.name: getattr(value, each.name) for each in fields(value)}


def from_json(text: str) -> ClassRow:
    """Read a text of :func:`to_json`. This is a tenth of the work of reading the whole report."""
    found: dict[str, Any] = json.loads(text)
    adjustments = tuple(Adjustment(**each) for each in found["score"]["adjustments"])
    found["score"] = Score(**found["score"] | {"adjustments": adjustments})
    found["verdicts"] = {Verdict(name): count for name, count in found["verdicts"].items()}
    found["attention"] = tuple(found["attention"])
    for name in ("awaiting", "challenges"):
        found[name] = tuple(found.get(name, ()))
    measured = found["measured"]
    found["measured"] = tuple(Measured(each["case"], each["title"], Measure(**each["measure"])) for each in measured)
    return ClassRow(**found)


@dataclass(frozen=True, slots=True)
class Place:
    """One row of a leaderboard. Values that are equal as displayed share a rank."""

    rank: int
    row: ClassRow
    value: str


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """The measurements of one case for all submissions that pass it, the best first. They earn no points."""

    case: str
    title: str
    name: str
    places: tuple[Place, ...]


def leaderboards(rows: Iterable[ClassRow], *, longest: int | None = None) -> list[Leaderboard]:
    """Return a leaderboard for each case with a measurement that some submission passes: its first ``longest`` places.

    Only about these places are in memory, and not all rows.
    """
    found: dict[str, list[tuple[ClassRow, Measured]]] = {}
    for row in rows:
        for each in row.measured:
            entries = found.setdefault(each.case, [])
            entries.append((row, each))
            if longest is not None and len(entries) == 2 * longest:
                entries[:] = _best_first(entries)[:longest]
    return [_leaderboard(_best_first(entries)[:longest]) for entries in found.values()]


def _best_first(entries: Sequence[tuple[ClassRow, Measured]]) -> list[tuple[ClassRow, Measured]]:
    return sorted(entries, key=lambda entry: -_goodness(entry[1].measure))


def _leaderboard(entries: Sequence[tuple[ClassRow, Measured]]) -> Leaderboard:
    # Compare the displayed values: two submissions that differ only in a hidden digit are equal.
    scored = [(_goodness(each.measure), row, views.amount(each.measure)) for row, each in entries]
    ranks: dict[float, int] = {}
    for number, (goodness, _, _) in enumerate(scored, 1):
        ranks.setdefault(goodness, number)
    places = tuple(Place(ranks[goodness], row, value) for goodness, row, value in scored)
    first = entries[0][1]
    return Leaderboard(first.case, first.title, first.measure.name, places)


def _goodness(measure: Measure) -> float:
    shown = float(views.figure(measure.value))
    return -shown if measure.smaller_is_better else shown


def class_line(rows: Collection[ClassRow]) -> str:
    """Return a sentence with the number of submissions and the mean score of those with a complete report."""
    if not rows:
        return say("report.class-none")
    count, earned, possible = 0, 0.0, 0.0
    for row in rows:
        if row.complete:
            count, earned = count + 1, earned + row.score.earned
        possible = max(possible, row.score.possible)
    if not count:
        return say("report.class-ungraded", count=len(rows))
    mean = views.number(earned / count)
    return say("report.class", count=len(rows), mean=mean, possible=views.number(possible))
