"""What people decide about points after grading: more or fewer points, other points, or a comment.

A decision belongs to a person, an assignment and perhaps a task, and not to a report: it stays when a submission is
graded again. Decisions are applied in the order in which they were made, when reports and tables are written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import UsageError
from ..exchange import csv_text
from ..grading.rubric import DECIMALS
from ..messages import say
from ..model import Adjustment, Score
from ..reports import class_rows
from ..reports.class_rows import ClassRow

_DECIMAL_COMMA = re.compile(r"\A([+-]?\d+),(\d\d?)\Z")  # 1,5; in 1,234 the comma may separate thousands

COLUMNS = ("student", "task", "points", "set_to", "reason", "by")


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. ``points`` are added, ``set_to`` replaces the points; without both it is a comment.

    ``task`` is "" for the whole assignment. ``at`` is the time when it was recorded, "" before that.
    """

    person: str
    task: str
    points: float | None
    set_to: float | None
    reason: str
    by: str
    at: str = ""

    @property
    def detail(self) -> str:
        """The decision in short, for the log."""
        what = f"{self.points:+g} points" if self.points is not None else "comment"
        if self.set_to is not None:
            what = f"set to {self.set_to:g} points"
        return f"{self.task + ': ' if self.task else ''}{what}, by {self.by}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a student: of the whole assignment with its adjustments, and of each task.

    ``possible`` are the points that each task can have, as far as they are known.
    """

    score: Score
    tasks: Mapping[str, float]
    possible: Mapping[str, float] = field(default_factory=dict)

    def change(self, decision: Decision) -> float:
        """Return what a decision adds to the points, whether they are possible then or not."""
        before = self.tasks.get(decision.task, 0.0) if decision.task else self.score.earned
        return round(decision.points or 0.0 if decision.set_to is None else decision.set_to - before, DECIMALS)

    def fitting(self, decision: Decision) -> tuple[float, float]:
        """Return as much of :meth:`change` as leaves points between 0 and the maximum: for the task, and in all.

        A decision fits when it is recorded. It may not fit any more after a regrade, or with another attempt.
        """
        change = self.change(decision)
        if decision.task:
            most = self.possible.get(decision.task, math.inf)
            change = _within(self.tasks.get(decision.task, 0.0), change, most)
        return change, _within(self.score.earned, change, self.score.possible)


def _within(before: float, change: float, most: float) -> float:
    """Return as much of a change as leads neither below 0 nor above ``most``."""
    return round(min(max(change, min(-before, 0.0)), max(most - before, 0.0)), DECIMALS)


def applied(points: Points, decisions: Iterable[Decision]) -> Points:
    """Return the points after all decisions, with a line for each. None of them leads above the maximum or below 0."""
    for each in decisions:
        (of_task, change), wanted = points.fitting(each), points.change(each)
        tasks = dict(points.tasks)
        if each.task:
            tasks[each.task] = round(tasks.get(each.task, 0.0) + of_task, DECIMALS)
            line = say("adjust.task", task=each.task, reason=each.reason, by=each.by)
        else:
            line = say("adjust.all", reason=each.reason, by=each.by)
        if change != wanted:
            line += " " + say("adjust.limited", change=f"{change:+g}", wanted=f"{wanted:+g}")
        task = "" if each.points is None and each.set_to is None else each.task
        lines = (*points.score.adjustments, Adjustment(change, line, task=task))
        earned = round(points.score.earned + change, DECIMALS)
        points = replace(points, score=Score(earned, points.score.possible, lines), tasks=tasks)
    return points


def decided_row(summary: str, decisions: Iterable[Decision]) -> ClassRow:
    """Return the row of a report, which the store keeps as JSON, after all decisions."""
    row = class_rows.from_json(summary)
    points = applied(points_of(row), decisions)
    return class_rows.decided(replace(row, score=points.score, tasks=points.tasks))


def points_of(row: ClassRow) -> Points:
    """Return the points in a row."""
    return Points(row.score, row.tasks, row.possible)


def by_person(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    """Return decisions by pseudonym, in their order."""
    found: dict[str, list[Decision]] = {}
    for each in decisions:
        found.setdefault(each.person, []).append(each)
    return found


def check(points: Points, decision: Decision, possible: Mapping[str, float]) -> None:
    """Check that a decision leaves points between 0 and what is possible. ``possible`` has the points of each task.

    Raises:
        UsageError: it does not, or there is no such task.
    """
    if decision.task and decision.task not in possible:
        raise UsageError(f"There is no task {decision.task}. The tasks are {', '.join(possible)}.")
    change = points.change(decision)
    total, most, what = round(points.score.earned + change, DECIMALS), points.score.possible, "the assignment"
    fits, got = 0 <= total <= most, total
    if decision.task:
        got = round(points.tasks.get(decision.task, 0.0) + change, DECIMALS)
        most, what = possible[decision.task], decision.task
    if not 0 <= got <= most or not fits:
        raise UsageError(f"{what} would have {got:g} of {most:g} points. Give points between 0 and the maximum.")


def read(path: Path, by: str) -> list[tuple[int, str, Decision]]:
    """Read decisions from a CSV file; return the line, the student and the decision without a person.

    The columns are student, reason, and points or set_to; task and by are optional. ``by`` is used where there is none.
    The file is read as every other table of people: in any usual encoding, with commas, semicolons or tabs.

    Raises:
        UsageError: the file is not such a table; names the line.
    """
    sheet = csv_text.read(path)
    header = [re.sub(r"[\s_-]+", "_", title.casefold()) for title in sheet.header]
    if unknown := [title for name, title in zip(header, sheet.header, strict=True) if name not in COLUMNS]:
        raise UsageError(f"{path}, line 1: no column is named {unknown[0]}. The columns are {', '.join(COLUMNS)}.")
    if "student" not in header or "reason" not in header:
        raise UsageError(f"{path}, line 1: name the columns student and reason, and points or set_to.")
    if len(set(header)) < len(header):
        raise UsageError(f"{path}, line 1: two columns have the same name. Delete one of them.")
    return [
        (row.line, *_decision(f"{path}, line {row.line}", dict(zip(header, row.cells, strict=True)), by))
        for row in sheet.rows
    ]


def _decision(place: str, cells: Mapping[str, str], by: str) -> tuple[str, Decision]:
    try:
        found = decision(
            cells.get("task", ""),
            _number(cells.get("points", "")),
            _number(cells.get("set_to", "")),
            cells["reason"],
            cells.get("by", "") or by,
        )
        if not cells["student"]:
            raise UsageError("this row names no student. Fill it, or delete the row.")
    except UsageError as exc:
        raise UsageError(f"{place}: {exc.message}") from exc
    return cells["student"], found


def _number(text: str) -> float | None:
    try:
        return float(_DECIMAL_COMMA.sub(r"\1.\2", text)) if text else None
    except ValueError as exc:
        raise UsageError(f'"{text}" is no number of points. Write it like 1.5.') from exc


def decision(task: str, points: float | None, set_to: float | None, reason: str, by: str) -> Decision:
    """Return a decision about nobody yet.

    Raises:
        UsageError: the reason or the name is missing, a number is not finite, or both numbers are given.
    """
    if points is not None and set_to is not None:
        raise UsageError("points and set_to exclude each other. Give one of them, or none for a comment.")
    if not reason.strip():
        raise UsageError("the reason is missing. The student reads it, so write a sentence.")
    if not by.strip():
        raise UsageError("nobody is named who decides. Name the person with --by, or in the column by.")
    if not all(math.isfinite(number) for number in (points, set_to) if number is not None):
        raise UsageError("the points are not finite. Write a number like 1.5.")
    return Decision("", task, points, set_to, reason.strip(), by.strip())
