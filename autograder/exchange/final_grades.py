"""What the rules of ``course.toml`` make of the rows of ``grades.csv``: the points for another system, and why.

The points of the last attempt are those of the table, with what people decided. Earlier attempts come from the store.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..course.course_file import Course
from ..course.policy import AttemptRule, Policy
from ..errors import UsageError
from ..grading.policies import KINDS, Attempt, Final, Status, final, task_points
from ..model import Task
from .csv_grades import BYTE_ORDER_MARK, GradedStudent, cell
from .grades import Grade, amount


@dataclass(frozen=True, slots=True)
class FinalGrade:
    """A student of the table, and what the assignment counts. A student who is only excused is in no table.

    ``grade`` has the digest of the last attempt; ``sha256`` is that of the attempt that counts, None if it is the last.
    """

    row: GradedStudent | None
    grade: Grade
    final: Final
    sha256: str | None = None


def has_rules(course: Course, slug: str) -> bool:
    """Return whether the course changes any points of an assignment, or excuses somebody from it."""
    return course.policy(slug) != Policy() or bool(course.excused.get(slug))


def as_graded(row: GradedStudent) -> FinalGrade:
    """Return the final grade of a student if there are no rules."""
    grade = row.grade
    if grade.points is None:
        return FinalGrade(row, grade, Final(Status.UNGRADED))
    possible = grade.possible or 0.0
    found = Final(Status.GRADED, grade.points, grade.points, possible, attempt=row.attempt, decided=row.decided)
    return FinalGrade(row, grade, found)


def finals(
    students: Sequence[GradedStudent],
    course: Course,
    slug: str,
    *,
    tasks: Sequence[Task],
    earlier: Mapping[str, Sequence[Attempt]],
    left_out: Collection[str] = (),
    now: datetime,
    file: str,
) -> list[FinalGrade]:
    """Return the final grade of each student, and of those who are excused and handed in nothing.

    ``earlier`` are the attempts before the last one, by student. ``tasks`` are all tasks of the assignment. The
    students in ``left_out`` are not exported.

    Raises:
        UsageError: an attempt that may count is not known, or the table has other tasks than the assignment.
    """
    excused = course.excused.get(slug, frozenset())
    found = []
    for row in students:
        name, policy = row.grade.student, course.policy(slug)
        attempts = [*earlier.get(name, ()), attempt_of_row(row, tasks, file=file)]
        if policy.attempt is not AttemptRule.LAST and (row.attempt or 1) > len(attempts):
            raise UsageError(
                f'{file}: {name} has {row.attempt} attempts, and course.toml says attempt = "{policy.attempt}". The '
                "earlier ones are in the store of the course. Name it with --root or --store."
            )
        result = final(
            attempts,
            policy,
            now=now,
            due=course.due.get(slug),
            extension=course.extensions.get(slug, {}).get(name),
            excused=name in excused,
        )
        found.append(FinalGrade(row, _grade(row.grade, result), result))
    others = {row.grade.student for row in students} | set(left_out)
    for name in sorted(excused - others):
        found.append(FinalGrade(None, Grade(name, None, excused=True), Final(Status.EXCUSED)))
    return found


def attempt_of_row(row: GradedStudent, tasks: Sequence[Task], *, file: str) -> Attempt:
    """Return the attempt in a row of the table.

    Raises:
        UsageError: the table has other tasks than the assignment.
    """
    if set(row.tasks) != {task.id for task in tasks}:
        raise UsageError(
            f"{file} has other tasks than the assignment has now ({', '.join(task.id for task in tasks)}). "
            "Run batch again, which writes the table anew."
        )
    received = datetime.fromisoformat(row.received_at) if row.received_at else None
    known = {task: points for task, points in row.tasks.items() if points is not None}
    return Attempt(
        points=task_points(known, row.grade.points or 0.0),
        possible={task.id: task.points for task in tasks},
        received_at=received,
        number=row.attempt or 1,
        complete=row.grade.points is not None,
        late=row.late,
        decided=row.decided,
    )


def _grade(grade: Grade, result: Final) -> Grade:
    if result.status is not Status.GRADED:
        return replace(grade, points=None, excused=result.status is Status.EXCUSED)
    return replace(grade, points=result.points, possible=result.possible)


def unknown_names(course: Course, slug: str, students: Sequence[GradedStudent]) -> list[str]:
    """Return a sentence for each student with an extension who is not in the table; perhaps the name is misspelt."""
    known = {each.grade.student for each in students}
    return [
        f'course.toml, [extensions."{slug}"]: {name} is not in the table of grades. Check the name.'
        for name in course.extensions.get(slug, {})
        if name not in known
    ]


def unknown_times(found: Sequence[FinalGrade]) -> str:
    """Return a sentence on the students of whom nobody knows whether they are late, or ""."""
    kinds = {each.grade.student: {line.kind for line in each.final.adjustments} for each in found}
    names = [name for name, own in kinds.items() if "unknown-time" in own]
    if not names:
        return ""
    count = f"{len(names)} student{'s' if len(names) != 1 else ''}"
    return (
        f"It is not known how late {count} handed in, so there is no late penalty: {', '.join(names)}. "
        "Decide with autograder adjust."
    )


def table(found: Sequence[FinalGrade]) -> str:
    """Return a table for systems without a template: what each student has earned, and how the points came about.

    ``graded`` are the points of the cases, ``attempt`` is the one that counts. Then there is a column for what people
    decided (``adjusted``) and for each kind of change by a rule, as far as some student has it, and all reasons.
    """
    used = {line.kind for each in found for line in each.final.adjustments}
    kinds = [kind for kind in KINDS if kind in used and kind != "attempt"]  # which has a column, and no points
    has_decisions = any(each.final.decided for each in found)
    heads = [*(["adjusted"] if has_decisions else []), *kinds]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["student", "points", "possible", "sha256", "graded", "attempt", *heads, "reasons"])
    for each in found:
        grade, result = each.grade, each.final
        points = "" if grade.points is None else amount(grade.points)
        possible = "" if grade.points is None or grade.possible is None else amount(grade.possible)
        raw = "" if result.of_cases is None else amount(result.of_cases)
        changes = [amount(result.by_people) if result.decided else ""] if has_decisions else []
        changes += [_change(result, kind) for kind in kinds]
        reasons = cell(" ".join(result.reasons))
        sha256 = each.sha256 or grade.sha256
        writer.writerow([cell(grade.student), points, possible, sha256, raw, result.attempt, *changes, reasons])
    return BYTE_ORDER_MARK + text.getvalue()


def _change(result: Final, kind: str) -> str:
    lines = [line.points for line in result.adjustments if line.kind == kind]
    return amount(round(sum(lines), 4)) if lines else ""
