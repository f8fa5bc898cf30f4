"""Grades as a CSV file, which every spreadsheet and every LMS can read."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

from ..grading.rubric import DECIMALS
from ..model import Report
from ..reports.files import write_text
from ..reports.printable import printable


def write_grades(reports: Sequence[Report], path: Path) -> None:
    """Write student, points earned and possible, and points per task as CSV, whole or not at all.

    Raises:
        AutograderError: ``report-write`` if the file cannot be written.
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
