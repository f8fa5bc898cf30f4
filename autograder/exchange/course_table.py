"""The grades of a whole course as a CSV file: one line for each student, over all assignments."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from ..grading.course_total import CourseRow
from ..grading.policies import Final
from ..reports.files import write_text
from .csv_grades import BYTE_ORDER_MARK, cell

COLUMNS = ("raw", "adjusted", "final", "possible", "attempt", "reasons")  # of each assignment


def write_course(rows: Sequence[CourseRow], path: Path) -> None:
    """Write the grades of a course as CSV: a line for each student.

    The columns are student; for each assignment the points as graded, what people added, the final points, the possible
    points, the attempt that counts and the reasons of every difference; the total in percent and its reasons. If
    nothing was handed in, points are empty: this differs from zero points.

    The file is written whole or not at all. It is UTF-8 with a byte order mark; read it back as ``utf-8-sig``.

    Raises:
        AutograderError: ``report-write`` if the file cannot be written.
    """
    write_text(path, table(rows))


def table(rows: Sequence[CourseRow]) -> str:
    """Return the text of the file."""
    slugs = list(rows[0].finals) if rows else []
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    heads = [cell(f"{slug} {column}") for slug in slugs for column in COLUMNS]
    writer.writerow(["student", *heads, "total %", "total reasons"])
    for row in rows:
        points = [each for slug in slugs for each in _cells(row.finals[slug])]
        notes = " ".join(f"{note.assignment}: {note.reason}" for note in row.total.notes)
        writer.writerow([cell(row.student), *points, row.total.percent, cell(notes)])
    return BYTE_ORDER_MARK + text.getvalue()


def _cells(found: Final) -> list[object]:
    possible = found.possible if found.points is not None else None
    by_people = found.by_people if found.decided else None
    return [found.of_cases, by_people, found.points, possible, found.attempt, cell(" ".join(found.reasons))]
