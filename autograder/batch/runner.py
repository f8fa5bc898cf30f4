"""A class: every entry of a folder is one student's submission; all are graded in one session."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..course import submission as submissions
from ..course.assignment import Assignment
from ..course.submission import Submission
from ..errors import SubmissionRejected
from ..grading.options import RunOptions
from ..grading.rubric import DECIMALS
from ..grading.session import Record, grade, rejected
from ..model import Report
from ..reports.files import write_text
from ..reports.printable import printable
from ..workers.supervisor import Supervisor


def grade_class(
    assignment: Assignment,
    students: Sequence[tuple[str, Path]],
    record: Record,
    *,
    run: RunOptions,
    supervisor: Supervisor,
) -> None:
    """Grade the submissions of ``students``; ``record(report)`` is called once for each, in order."""

    def opened() -> Iterator[Submission]:
        for student, path in students:
            try:
                yield submissions.open(path, assignment, student=student)
            except SubmissionRejected as refusal:
                record(rejected(assignment, refusal.message, student=student, run=run, supervisor=supervisor))

    grade(assignment, opened(), record, run=run, supervisor=supervisor)


def write_grades(reports: Sequence[Report], path: Path) -> None:
    """Write student, points earned and possible, and points per task as CSV, whole or not at all.

    Raises:
        AutograderError: ``report-write`` when the file cannot be written.
    """
    tasks = [task.id for task in reports[0].tasks] if reports else []
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["student", "earned", "possible", *tasks, "sha256"])
    for report in reports:
        per_task = [_points(report, task) for task in tasks]
        student = _cell(report.submission.student or "")
        writer.writerow([student, report.score.earned, report.score.possible, *per_task, report.submission.sha256])
    write_text(path, text.getvalue())


def _points(report: Report, task: str) -> float:
    return round(math.fsum(line.earned for line in report.outcomes if line.task == task), DECIMALS)


def _cell(text: str) -> str:
    """Quote what a spreadsheet would take for a formula; show what no file can hold."""
    formula = text.lstrip()[:1] in ("=", "+", "-", "@")
    return f"'{printable(text)}" if formula else printable(text)
