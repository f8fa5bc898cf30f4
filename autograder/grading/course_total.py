"""Compute the total of a course for each student, from what every assignment counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from ..course.course_file import Course
from ..course.policy import Group
from ..messages import say
from .policies import Attempt, Final, Status, final, lowest
from .rubric import DECIMALS


@dataclass(frozen=True, slots=True)
class Note:
    """Why an assignment counts in another way than with its points. ``kind`` is the reason for programs."""

    assignment: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class CourseTotal:
    """The total of a student in percent; None if nothing counts yet, or if an assignment has no grade."""

    percent: float | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One student in the table of a course; ``finals`` are by assignment, in the order of the table."""

    student: str
    finals: Mapping[str, Final]
    total: CourseTotal


def course_rows(
    attempts: Mapping[str, Mapping[str, Sequence[Attempt]]], course: Course, *, now: datetime
) -> list[CourseRow]:
    """Return one row for each student, sorted, over all assignments, sorted.

    ``attempts`` are by assignment and student. A student without an attempt in an assignment is missing there, so leave
    out an assignment that was not graded for anybody yet.

    Raises:
        ValueError: see :func:`~autograder.grading.policies.final`.
    """
    slugs = sorted(attempts)
    rows = []
    for student in sorted({student for students in attempts.values() for student in students}):
        finals = {
            slug: final(
                attempts[slug].get(student, ()),
                course.policy(slug),
                now=now,
                due=course.due.get(slug),
                extension=course.extensions.get(slug, {}).get(student),
                excused=student in course.excused.get(slug, ()),
            )
            for slug in slugs
        }
        rows.append(CourseRow(student, finals, course_total(finals, groups=course.groups, weights=course.weights)))
    return rows


def course_total(
    finals: Mapping[str, Final], *, groups: Sequence[Group] = (), weights: Mapping[str, float] | None = None
) -> CourseTotal:
    """Return the weighted mean of the groups; a group is the weighted mean of its assignments. The default weight is 1.

    Without ``groups`` all assignments are one group. A missing assignment counts zero. One that is excused or still
    open does not count, nor does a group without a counted assignment: its weight is left out.
    """
    weights = weights or {}
    grouped = {slug for group in groups for slug in group.assignments}
    counting = {slug: found for slug, found in finals.items() if slug in grouped or not groups}
    notes = [_note(slug, found) for slug, found in counting.items() if found.status is not Status.GRADED]
    notes += [Note(slug, "no-group", say("policy.no-group")) for slug in finals if slug not in counting]
    means: list[tuple[Fraction, Fraction]] = []
    for group in groups or [Group("", tuple(finals))]:
        counted = {slug: _share(finals[slug]) for slug in group.assignments if slug in finals and _counts(finals[slug])}
        weighted = {slug: Fraction(repr(float(weights.get(slug, 1.0)))) for slug in counted}
        for slug in lowest(counted, weighted, group.drop_lowest):
            del counted[slug]
            notes.append(Note(slug, "dropped", say("policy.lowest", group=group.name)))
        if counted:
            means.append((_mean(counted, weighted), Fraction(repr(float(group.weight)))))
    percent = None
    if means and all(found.status is not Status.UNGRADED for found in counting.values()):
        mean = sum((mean * weight for mean, weight in means), Fraction(0)) / sum(
            (each for _, each in means), Fraction(0)
        )
        percent = float(round(mean * 100, DECIMALS))
    return CourseTotal(percent, tuple(notes))


def _note(slug: str, found: Final) -> Note:
    """Return why an assignment without points counts, or does not."""
    if found.status is Status.UNGRADED:
        effect = say("policy.no-total")
    else:
        effect = say("policy.counts-zero" if _counts(found) else "policy.counts-not")
    return Note(slug, found.status.value, f"{found.reasons[0]} {effect}")


def _counts(found: Final) -> bool:
    return found.status in (Status.GRADED, Status.MISSING)


def _share(found: Final) -> Fraction:
    if found.points is None:
        return Fraction(0)
    return Fraction(repr(found.points)) / Fraction(repr(found.possible))


def _mean(shares: Mapping[str, Fraction], weights: Mapping[str, Fraction]) -> Fraction:
    total = sum((weights[slug] for slug in shares), Fraction(0))
    return sum((share * weights[slug] for slug, share in shares.items()), Fraction(0)) / total
