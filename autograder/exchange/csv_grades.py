"""Grades as a CSV file: the table of a class, and how it is read back.

People open these files in spreadsheets, so a quote stands before text that would be taken for a formula. The files of
other systems (``grades_*.py``) have no such quote, because those systems import every cell as it is.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ..errors import NeedsHuman, UsageError, did_you_mean
from ..grading.rubric import DECIMALS
from ..messages import say
from ..model import Adjustment, Verdict
from ..reports.class_rows import ClassRow
from ..reports.files import write_pieces
from ..reports.printable import printable
from .grades import Grade, folded

BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads the file in the code page of the system

# Spreadsheets of some countries separate cells by semicolons, and do not know our quotes inside such a line.
# A quote that is already there gets another one, so that exactly one is removed when the table is read back.
_RISK = r"'*+(?:[\t\r\n]|\s*[=+\-@＝＋－＠﹦﹢﹣﹫])"
_FORMULA = re.compile(rf"(^|[;|\t\r\n])(?={_RISK})")
_PROTECTED = re.compile(rf"(^|[;|\t\r\n])'(?={_RISK})")
_ESCAPED = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")

_FIRST = ("student", "earned", "possible")
_LAST = ("late", "attempt", "received_at", "graded_at", "published", "adjusted", "adjustments", "attention")
_LATE = {"yes": True, "no": False}  # a duration or "unknown" says nothing without the time of receipt


def write_grades(rows: Collection[ClassRow], path: Path, *, first: tuple[str, str] | None = None) -> None:
    """Write the grades of a class as CSV: a line for each student.

    The columns are student, points earned and possible, points per task, sha256, the reason if nothing was graded, the
    number of cases with each verdict, how late it was, attempt, the times, whether the grade was published, what people
    added to the points and why, and why a person has to look at it. If somebody solved a challenge, a column has the
    names of the solved ones. A report with a grader error has no points: it is
    no grade. A manual task that nobody has graded has none either. ``first`` is the head and the content of a column
    before all others.

    The file is written whole or not at all. It is UTF-8 with a byte order mark; read it back as ``utf-8-sig``.

    Raises:
        AutograderError: ``report-write`` if the file cannot be written.
    """
    write_pieces(path, table(rows, first=first))


def table(rows: Collection[ClassRow], *, first: tuple[str, str] | None = None) -> Iterator[str]:
    """Yield the text of the file line by line; the arguments are those of :func:`write_grades`."""
    tasks: dict[str, None] = {}
    has_challenges = False
    for row in rows:
        tasks |= dict.fromkeys(row.tasks)  # after a regrade, rows may have others
        has_challenges = has_challenges or bool(row.challenges)
    verdicts = [verdict.value for verdict in Verdict]
    head = ["student", "earned", "possible", *tasks, "sha256", "reason", *verdicts]
    head += [*(["challenges"] if has_challenges else []), *_LAST]
    yield BYTE_ORDER_MARK + _line([*([first[0]] if first else []), *head])
    mark = [first[1]] if first else []
    for row in rows:
        own = [row.score.earned, *(None if task in row.awaiting else row.tasks.get(task) for task in tasks)]
        points = ["" if each is None or not row.complete else round(each, DECIMALS) for each in own]
        earned, *of_tasks = points
        counts = [row.verdicts.get(verdict, 0) for verdict in Verdict]
        possible = round(row.score.possible, DECIMALS) if row.complete else ""
        solved = [" ".join(row.challenges)] if has_challenges else []
        cells = [earned, possible, *of_tasks, row.sha256, cell(row.reason), *counts, *solved, row.late, row.attempt]
        changes = row.score.adjustments
        adjusted = round(sum(each.points for each in changes), DECIMALS) if changes else ""
        reasons = cell(" · ".join(each.reason for each in changes))
        cells += [row.received_at, row.graded_at, row.published, adjusted, reasons, " ".join(row.attention)]
        yield _line([*mark, cell(row.student or ""), *cells])


def _line(cells: Collection[object]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue()


def cell(text: str) -> str:
    """Quote what a spreadsheet would take for a formula; show what no file can hold."""
    return printable(_FORMULA.sub(r"\1'", text))


# --- reading the table back


@dataclass(frozen=True, slots=True)
class GradedStudent:
    """A row of ``grades.csv``. ``attention`` are the ids of the reasons why a person has to look at it.

    ``tasks`` are the points of each task, None where there are none yet. ``late`` is what another system says, None if
    it does not tell; it is of interest only without ``received_at``. ``reasons`` are those of what people decided,
    and ``adjusted`` what that added to the points.
    """

    grade: Grade
    attention: tuple[str, ...]
    tasks: Mapping[str, float | None] = field(default_factory=dict)
    attempt: int | None = None
    received_at: str | None = None
    late: bool | None = None
    reasons: str = ""
    adjusted: float = 0.0

    @property
    def decided(self) -> tuple[Adjustment, ...]:
        """What people decided, as one line."""
        return (Adjustment(self.adjusted, self.reasons),) if self.reasons else ()


def read_grades(path: Path) -> list[GradedStudent]:
    """Read the table of an official run, as :func:`write_grades` writes it.

    Raises:
        UsageError: it is not such a table; names file, line and remedy.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(lines.line_num, row) for row in lines]
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}. Give the grades.csv of a batch run.") from exc
    except (UnicodeDecodeError, csv.Error) as exc:
        raise _not_ours(path, "it is damaged, or a spreadsheet has saved it") from exc
    header = rows[0][1] if rows else []
    if tuple(header[1:4]) == _FIRST:
        raise UsageError(f"{path} is the table of a practice run, which has no grades. Run batch without --practice.")
    if tuple(header[:3]) != _FIRST or "sha256" not in header or tuple(header[-len(_LAST) :]) != _LAST:
        raise _not_ours(path, "line 1: the columns are not those of this version")
    found = [_student(path, line, header, row) for line, row in rows[1:]]
    seen: set[str] = set()
    for (line, _), each in zip(rows[1:], found, strict=True):
        if each.grade.student in seen:
            raise _not_ours(path, f"line {line}: {each.grade.student} is in it twice")
        seen.add(each.grade.student)
    return found


def _student(path: Path, line: int, header: Sequence[str], row: Sequence[str]) -> GradedStudent:
    if len(row) != len(header):
        raise _not_ours(path, f"line {line}: the row has another number of cells than the header")
    sha256 = len(header) - 1 - header[::-1].index("sha256")  # the last one: a task can have any name
    earned, possible = (_number(path, line, title, text) for title, text in zip(_FIRST[1:], row[1:3], strict=True))
    grade = Grade(original(row[0]), earned, possible, sha256=row[sha256] or None)
    tasks = {header[at]: _number(path, line, header[at], row[at]) for at in range(len(_FIRST), sha256)}
    after = dict(zip(header[sha256:], row[sha256:], strict=True))
    return GradedStudent(
        grade,
        tuple(row[-1].split()),
        tasks,
        attempt=int(after["attempt"]) if after["attempt"].isdecimal() else None,
        received_at=_time(path, line, after["received_at"]),
        late=_LATE.get(after["late"]),
        reasons=original(after["adjustments"]),
        adjusted=_number(path, line, "adjusted", after["adjusted"]) or 0.0,
    )


def _time(path: Path, line: int, text: str) -> str | None:
    try:
        time = datetime.fromisoformat(text) if text else None
    except ValueError as exc:
        raise _not_ours(path, f'line {line}: received_at is "{text}"') from exc
    if time is not None and time.tzinfo is None:
        raise _not_ours(path, f'line {line}: received_at is "{text}", without an offset')
    return text or None


def _number(path: Path, line: int, title: str, text: str) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        number = math.nan
    if number is not None and not math.isfinite(number):
        raise _not_ours(path, f'line {line}: {title} is "{text}"')
    return number


def _not_ours(path: Path, problem: str) -> UsageError:
    return UsageError(
        f"{path}: {problem}. Run batch again, which writes the table anew without grading, and do not edit it."
    )


def original(text: str) -> str:
    """Return the text of a cell without our quotes and escapes."""
    return _ESCAPED.sub(_unescaped, _PROTECTED.sub(r"\1", text))


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1] or match[2] or match[3], 16)
    sign = chr(code) if code < 0x110000 else match[0]
    return sign if printable(sign) == match[0] else match[0]


def without(
    students: Sequence[GradedStudent], left_out: Collection[str], *, accept: Collection[str] = (), file: str
) -> list[GradedStudent]:
    """Return the rows without those of ``left_out``.

    Raises:
        UsageError: a student of ``left_out`` is not in the table.
        NeedsHuman: a person has to look at the work of another student first, for a reason that is not in ``accept``;
            names all of them.
    """
    known = {folded(each.grade.student): each.grade.student for each in students}
    for name in left_out:
        if folded(name) not in known:
            raise UsageError(f"{file} has no student {name}.{did_you_mean(name, known.values())}")
    names = set(map(folded, left_out))
    kept = [each for each in students if folded(each.grade.student) not in names]
    if waiting := [each for each in kept if set(each.attention) - set(accept)]:
        reasons = [
            f"{each.grade.student}: {' '.join(say(f'attention.{reason}') for reason in each.attention)} [{reason_ids}]"
            for each in waiting
            for reason_ids in [", ".join(each.attention)]
        ]
        count = f"{len(waiting)} student{'s need' if len(waiting) != 1 else ' needs'}"
        raise NeedsHuman(
            f"{file}: {count} a human before the grades go out, and nothing was written:\n  "
            + "\n  ".join(reasons)
            + "\nLook at needs-a-human.html next to it. Name each student who must wait with --leave-out. If a "
            "reason in brackets does not matter, name it with --accept."
        )
    return kept
