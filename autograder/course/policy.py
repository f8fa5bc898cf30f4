"""The rules of a course that change points after grading, as frozen values. ``course.toml`` is their written form.

:mod:`autograder.grading.policies` applies them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class AttemptRule(StrEnum):
    """Which attempt of a student counts."""

    LAST = "last"
    BEST = "best"  # the one with the most points after all adjustments
    LAST_BEFORE_DUE = "last-before-due"


class Unit(StrEnum):
    """The unit in which lateness is counted. A day is 24 hours, so a clock change moves nothing."""

    DAY = "day"
    HOUR = "hour"

    @property
    def length(self) -> timedelta:
        """The elapsed time of one unit."""
        return timedelta(days=1) if self is Unit.DAY else timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LateRule:
    """What a late submission loses for each day or hour that has started.

    It loses ``percent`` of the possible points or a number of ``points``; one of the two is 0. ``grace`` is subtracted
    from the lateness first. The loss is at most ``maximum``, in the same unit. What is received more than
    ``closes_after`` days or hours late counts zero.
    """

    per: Unit = Unit.DAY
    percent: float = 0.0
    points: float = 0.0
    grace: timedelta = timedelta(0)
    maximum: float | None = None
    closes_after: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one assignment. The default changes nothing: the last attempt counts, with all its points.

    ``drop_lowest`` is the number of tasks that are left out, the lowest first. The tasks in ``extra_credit`` are not
    among the possible points. ``cap_percent`` limits the points, as a share of the possible ones.
    """

    attempt: AttemptRule = AttemptRule.LAST
    late: LateRule | None = None
    drop_lowest: int = 0
    extra_credit: frozenset[str] = frozenset()
    cap_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Assignments that count together, with one weight; the lowest ``drop_lowest`` of them do not count."""

    name: str
    assignments: tuple[str, ...]
    weight: float = 1.0
    drop_lowest: int = 0
