"""Compute what an assignment counts for one student: from all attempts and the rules of the course.

This is done at export, never at grading, so a moved due date needs no new grading. Every change of the points is an
:class:`~autograder.model.Adjustment` with its reason. The order is fixed: the lowest tasks are left out, then the cap
is applied, then the late penalty. Points have four decimals, and the adjustments add up to the difference exactly.

Lateness is elapsed time: a day is 24 hours, and a day that has started counts as one. If the time of receipt is
unknown, so is the lateness: nothing is subtracted, and a line says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from ..course.policy import AttemptRule, LateRule, Policy, Unit
from ..messages import say
from ..model import Adjustment, Report, Score
from ..reports.views import number
from .rubric import DECIMALS, SHARE_DECIMALS

KINDS = ("attempt", "after-due", "dropped", "extra-credit", "cap", "late", "closed", "unknown-time")
"""Every ``Adjustment.kind`` of this module, in the order in which they are applied."""

WHOLE = ""  # the task of points that belong to none: what a person decided about the whole assignment


@dataclass(frozen=True, slots=True)
class Attempt:
    """One graded submission: points earned and possible, by task, and those of :data:`WHOLE`.

    ``received_at`` has an offset, or is None if the time is unknown. Then ``late`` is what another system says; None if
    it does not tell. ``number`` counts a student's attempts from 1. ``complete`` is False if a case failed because of
    an error in the grader; such an attempt has no grade. ``decided`` is what people decided: it is among ``points``.
    """

    points: Mapping[str, float]
    possible: Mapping[str, float]
    received_at: datetime | None = None
    number: int = 1
    complete: bool = True
    late: bool | None = None
    decided: tuple[Adjustment, ...] = ()


class Status(StrEnum):
    """What the points of a student in an assignment are."""

    GRADED = "graded"
    MISSING = "missing"  # no attempt, and the due date has passed
    OPEN = "open"  # no attempt, and no due date has passed
    EXCUSED = "excused"
    UNGRADED = "ungraded"  # the attempt that counts has no grade, because of an error in the grader


@dataclass(frozen=True, slots=True)
class Final:
    """What an assignment counts for one student.

    ``raw`` are the points of the attempt ``attempt`` as graded, ``points`` those after all ``adjustments``. All three
    are None unless the status is GRADED. ``possible`` excludes extra credit. ``decided`` is what people decided: it is
    among ``raw``.
    """

    status: Status
    raw: float | None = None
    points: float | None = None
    possible: float = 0.0
    adjustments: tuple[Adjustment, ...] = ()
    attempt: int | None = None
    decided: tuple[Adjustment, ...] = ()

    @property
    def by_people(self) -> float:
        """What people added to the points."""
        return round(sum(each.points for each in self.decided), DECIMALS)

    @property
    def of_cases(self) -> float | None:
        """The points as graded, before people and rules changed them."""
        return None if self.raw is None else round(self.raw - self.by_people, DECIMALS)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What people decided, and every adjustment as a sentence with its points; or why there are no points."""
        if self.status is not Status.GRADED:
            return (say(f"policy.status-{self.status.value}"),)
        return (*(each.reason for each in self.decided), *(_reason(each) for each in self.adjustments))


def attempt_of(report: Report) -> Attempt:
    """Return the attempt of an official report. A refused upload has no points in any task."""
    tasks = [task for task in report.tasks if not task.challenge]
    earned = {task.id: [line.earned for line in report.outcomes if line.task == task.id] for task in tasks}
    received = report.submission.received_at
    return Attempt(
        points={task: float(_sum(values)) for task, values in earned.items()},
        possible={task.id: task.points for task in tasks},
        received_at=datetime.fromisoformat(received) if received else None,
        number=report.submission.attempt or 1,
        complete=report.complete,
    )


def task_points(tasks: Mapping[str, float], earned: float) -> dict[str, float]:
    """Return the points of an attempt by task. What ``earned`` has in addition belongs to the whole assignment."""
    rest = _exact(earned) - _sum(tasks.values())
    return {**tasks, WHOLE: float(rest)} if rest else dict(tasks)


def adjusted(report: Report, final: Final) -> Report:
    """Return the report of the attempt that counts, with its final points and a line for each adjustment.

    The lines of people come first: their points are among those that the rules change.
    """
    if final.points is None:
        return report
    lines = (*report.score.adjustments, *final.adjustments)
    return replace(report, score=Score(final.points, final.possible, lines))


def final(
    attempts: Collection[Attempt],
    policy: Policy,
    *,
    now: datetime,
    due: datetime | None = None,
    extension: datetime | None = None,
    excused: bool = False,
) -> Final:
    """Return what an assignment counts for one student at the time ``now``. All times have an offset.

    An ``extension`` takes the place of the due date. The order of ``attempts`` does not matter.

    Raises:
        ValueError: two attempts have the same number, or an attempt has no possible points without extra credit.
    """
    due = extension or due
    if excused:
        return Final(Status.EXCUSED)
    if not attempts:
        return Final(Status.MISSING if due is not None and due < now else Status.OPEN)
    ordered = sorted(attempts, key=lambda each: each.number)
    if len({each.number for each in ordered}) < len(ordered):
        raise ValueError("Two attempts of a student have the same number.")
    candidates = ordered if policy.attempt is AttemptRule.BEST else ordered[-1:]
    if policy.attempt is AttemptRule.LAST_BEFORE_DUE and due is not None:
        grace = policy.late.grace if policy.late else timedelta(0)
        candidates = [each for each in ordered if not _is_after(each, due + grace)][-1:]
        if not candidates:
            return _Steps(ordered[-1], policy).nothing("after-due", say("policy.after-due"))
    if not all(each.complete for each in candidates):
        return Final(Status.UNGRADED)
    found = max((_Steps(each, policy).final(due) for each in candidates), key=_points)  # of equal ones the first
    if found.attempt == ordered[-1].number:
        return found
    why = Adjustment(0.0, say(f"policy.attempt-{policy.attempt.value}", number=found.attempt), "attempt")
    return replace(found, adjustments=(why, *found.adjustments))


def lowest(shares: Mapping[str, Fraction], weights: Mapping[str, Fraction], count: int) -> Sequence[str]:
    """Return the ``count`` names with the lowest share, of equal ones that with the largest weight; never all names."""
    names = sorted(shares, key=lambda name: (shares[name], -weights[name], name))
    return names[: min(count, max(len(names) - 1, 0))]


class _Steps:
    """The points of one attempt, step by step, and a line for each step."""

    def __init__(self, attempt: Attempt, policy: Policy) -> None:
        self.attempt = attempt
        self.policy = policy
        self.earned = {task: _exact(points) for task, points in attempt.points.items()}
        self.counted = {task: _exact(points) for task, points in attempt.possible.items() if self._is_counted(task)}
        self.possible = round(sum(self.counted.values(), Fraction(0)), DECIMALS)
        if self.possible <= 0:
            raise ValueError("An attempt has no possible points without extra credit.")
        self.raw = self.points = round(sum(self.earned.values(), Fraction(0)), DECIMALS)
        self.lines: list[Adjustment] = []

    def _is_counted(self, task: str) -> bool:
        return task not in self.policy.extra_credit and self.attempt.possible[task] > 0

    def final(self, due: datetime | None) -> Final:
        """Take all steps, in their order."""
        self._leave_out_lowest()
        self._name_extra_credit()
        self._cap()
        if due is not None:
            self._subtract_late_penalty(due)
        return self._result()

    def nothing(self, kind: str, reason: str) -> Final:
        """Take all points away, for one reason."""
        self._change(kind, Fraction(0), reason)
        return self._result()

    def _result(self) -> Final:
        return Final(
            Status.GRADED,
            raw=float(self.raw),
            points=float(self.points),
            possible=float(self.possible),
            adjustments=tuple(self.lines),
            attempt=self.attempt.number,
            decided=self.attempt.decided,
        )

    def _change(self, kind: str, points: Fraction, reason: str) -> None:
        points = round(points, DECIMALS)
        self.lines.append(Adjustment(float(points - self.points), reason, kind))
        self.points = points

    def _leave_out_lowest(self) -> None:
        """Leave out the tasks with the lowest share. The others then count for all possible points."""
        kept = dict(self.counted)
        extra = sum((points for task, points in self.earned.items() if task not in kept), Fraction(0))
        shares = {task: self.earned.get(task, Fraction(0)) / possible for task, possible in kept.items()}
        for task in lowest(shares, self.counted, self.policy.drop_lowest):
            del kept[task]
            share = sum((self.earned.get(each, Fraction(0)) for each in kept), Fraction(0)) / sum(kept.values())
            texts = {"points": _text(self.earned.get(task, Fraction(0))), "possible": _text(self.counted[task])}
            reason = say("policy.dropped", task=task, all=_text(self.possible), **texts)
            self._change("dropped", extra + share * sum(self.counted.values()), reason)

    def _name_extra_credit(self) -> None:
        for task in sorted(self.policy.extra_credit & self.attempt.possible.keys()):
            points = _text(self.earned.get(task, Fraction(0)))
            reason = say("policy.extra-credit", task=task, points=points, possible=_text(self.possible))
            self._change("extra-credit", self.points, reason)

    def _cap(self) -> None:
        if self.policy.cap_percent is None:
            return
        most = round(self.possible * _exact(self.policy.cap_percent) / 100, DECIMALS)
        if self.points > most:
            self._change("cap", most, say("policy.cap", most=_text(most)))

    def _subtract_late_penalty(self, due: datetime) -> None:
        received, rule = self.attempt.received_at, self.policy.late
        if received is None and self.attempt.late is False:
            return
        if received is None:
            if self.policy.attempt is AttemptRule.LAST_BEFORE_DUE:
                self._change("unknown-time", self.points, say("policy.unknown-before-due"))
            elif rule is not None:
                known = "policy.unknown-lateness" if self.attempt.late else "policy.unknown-time"
                self._change("unknown-time", self.points, say(known))
        elif rule is not None and (late := _utc(received) - _utc(due)) > rule.grace:
            self._subtract(rule, late)

    def _subtract(self, rule: LateRule, late: timedelta) -> None:
        """Subtract the penalty for ``late``, which includes the time of grace."""
        unit, counted = rule.per.length, late - rule.grace
        reason = [_lateness(rule.per, late=_hours(late), count=-(-counted // unit))]
        if rule.grace:
            reason.append(say("policy.grace", minutes=rule.grace // timedelta(minutes=1)))
        if rule.closes_after is not None and counted > rule.closes_after * unit:
            self._change("closed", Fraction(0), " ".join([*reason, _closed(rule.per, rule.closes_after)]))
            return
        amount = -(-counted // unit) * (_exact(rule.percent) + _exact(rule.points))
        if rule.maximum is not None and amount > _exact(rule.maximum):
            amount = _exact(rule.maximum)
            reason.append(say("policy.maximum"))
        penalty = amount if rule.points else amount * self.possible / 100
        self._change("late", max(self.points - penalty, Fraction(0)), " ".join(reason))


def _points(found: Final) -> float:
    return found.points or 0.0


def _is_after(attempt: Attempt, due: datetime) -> bool:
    """Return whether an attempt was certainly received after ``due``."""
    return attempt.received_at is not None and _utc(attempt.received_at) > _utc(due)


def _lateness(unit: Unit, *, late: str, count: int) -> str:
    return say("policy.late-day" if unit is Unit.DAY else "policy.late-hour", late=late, count=count)


def _closed(unit: Unit, count: int) -> str:
    return say("policy.closed-day" if unit is Unit.DAY else "policy.closed-hour", count=count)


def _reason(adjustment: Adjustment) -> str:
    if not adjustment.points:
        return adjustment.reason
    # the points come last: a spreadsheet takes a cell that begins with a minus for a formula
    return say("policy.line", reason=adjustment.reason, points=number(adjustment.points))


def _hours(time: timedelta) -> str:
    """Return a duration in hours and minutes ("26:13"); a minute that has started counts as one."""
    minutes = -(-time // timedelta(minutes=1))
    return f"{minutes // 60}:{minutes % 60:02d}"


def _utc(time: datetime) -> datetime:
    """Return a time in UTC: times of one zone are subtracted by their clock, which is wrong across a clock change."""
    return time.astimezone(UTC)


def _sum(values: Iterable[float]) -> Fraction:
    return sum(map(_exact, values), Fraction(0))


def _exact(value: float) -> Fraction:
    """Return the decimal number that a float is shown as, so that 0.1 is a tenth."""
    return Fraction(repr(round(float(value), SHARE_DECIMALS)))


def _text(points: Fraction) -> str:
    return number(float(points))
