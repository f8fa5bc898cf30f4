"""Grades as a CSV file, which every spreadsheet and every LMS can read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from ..grading.rubric import DECIMALS
from ..model import Verdict
from ..reports.class_rows import ClassRow
from ..reports.files import write_text
from ..reports.printable import printable

BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads the file in the code page of the system

# Spreadsheets of some countries separate cells by semicolons, and do not know our quotes inside such a line.
_FORMULA = re.compile(r"(^|[;|\t\r\n])(?=[\t\r\n]|\s*[=+\-@＝＋－＠﹦﹢﹣﹫])")


def write_grades(rows: Sequence[ClassRow], path: Path) -> None:
    """Write the grades of a class as CSV: a line for each student.

    The columns are student, points earned and possible, points per task, sha256, the reason if nothing was graded, the
    number of cases with each verdict, how late it was, attempt, the times, and whether the grade was published. A
    report with a grader error has no points: it is no grade.

    The file is written whole or not at all. It is UTF-8 with a byte order mark; read it back as ``utf-8-sig``.

    Raises:
        AutograderError: ``report-write`` if the file cannot be written.
    """
    write_text(path, table(rows))


def table(rows: Sequence[ClassRow], *, first: tuple[str, str] | None = None) -> str:
    """Return the text of the file. ``first`` is the head and the content of a column before all others."""
    tasks = list(rows[0].tasks) if rows else []
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    mark = [first[1]] if first else []
    verdicts = [verdict.value for verdict in Verdict]
    head = ["student", "earned", "possible", *tasks, "sha256", "reason", *verdicts]
    writer.writerow([*([first[0]] if first else []), *head, "late", "attempt", "received_at", "graded_at", "published"])
    for row in rows:
        points = [round(points, DECIMALS) for points in (row.score.earned, *map(row.tasks.__getitem__, tasks))]
        earned, *of_tasks = points if row.complete else [""] * len(points)
        counts = [row.verdicts.get(verdict, 0) for verdict in Verdict]
        possible = round(row.score.possible, DECIMALS) if row.complete else ""
        cells = [earned, possible, *of_tasks, row.sha256, cell(row.reason), *counts, row.late, row.attempt]
        writer.writerow([*mark, cell(row.student or ""), *cells, row.received_at, row.graded_at, row.published])
    return BYTE_ORDER_MARK + text.getvalue()


def cell(text: str) -> str:
    """Quote what a spreadsheet would take for a formula; show what no file can hold."""
    return printable(_FORMULA.sub(r"\1'", text))
