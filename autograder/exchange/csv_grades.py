"""Grades as a CSV file, which every spreadsheet and every LMS can read."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path

from ..grading.rubric import DECIMALS
from ..model import Report
from ..reports.files import write_text
from ..reports.printable import printable
from ..reports.views import said_of_all

BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads the file in the code page of the system

# Spreadsheets of some countries separate cells by semicolons, and do not know our quotes inside such a line.
_FORMULA = re.compile(r"(^|[;|\t\r\n])(?=[\t\r\n]|\s*[=+\-@＝＋－＠﹦﹢﹣﹫])")


def write_grades(reports: Sequence[Report], path: Path) -> None:
    """Write student, points earned and possible, points per task, and the reason if nothing was graded, as CSV.

    The file is written whole or not at all. It is UTF-8 with a byte order mark; read it back as ``utf-8-sig``.

    Raises:
        AutograderError: ``report-write`` if the file cannot be written.
    """
    tasks = [task.id for task in reports[0].tasks] if reports else []
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["student", "earned", "possible", *tasks, "sha256", "reason"])
    for report in reports:
        points = [report.score.earned, report.score.possible, *(_points(report, task) for task in tasks)]
        student = _cell(report.submission.student or "")
        writer.writerow([student, *points, report.submission.sha256, _cell(_reason(report))])
    write_text(path, BYTE_ORDER_MARK + text.getvalue())


def _points(report: Report, task: str) -> float:
    return round(math.fsum(line.earned for line in report.outcomes if line.task == task), DECIMALS)


def _reason(report: Report) -> str:
    """Return why no case could be graded, or ""."""
    return said_of_all(report) if report.outcomes else " ".join(report.notes)


def _cell(text: str) -> str:
    """Quote what a spreadsheet would take for a formula; show what no file can hold."""
    return printable(_FORMULA.sub(r"\1'", text))
