"""The columns of a grading worksheet of Moodle. Their titles are in the language of the teacher.

The order is always: identifier, [full name, the identity fields of the site], status, [group], [marker], grade, maximum
grade or scale, [marking workflow state], grade can be changed, [last modified (submission), texts], last modified
(grade), feedback. So columns are found by their order and by what their cells contain.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# "Grade can be changed" is in the teacher's language, too.
YES = frozenset(("yes", "예", "네", "はい", "是", "да", "ja", "oui", "sí", "si", "sì", "sim", "tak", "evet", "kyllä"))
NO = frozenset(
    ("no", "아니오", "아니요", "いいえ", "否", "нет", "nein", "nee", "nej", "non", "não", "nie", "hayır", "ei")
)
NUMBER = re.compile(r"\d+([.,]\d+)?")

_FIRST_MAXIMUM = 3  # identifier, status and grade are before it
_GROUP, _MARKER = "group", "marker"


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of the columns; None where the worksheet has none. ``maximum`` may be that of the scale."""

    name: int | None
    status: int
    group: int | None
    grade: int
    maximum: int
    changeable: int

    @property
    def identity(self) -> range:
        """The columns of identity fields, such as the e-mail address."""
        return range(2, self.status) if self.name is not None else range(0)

    @property
    def submitted(self) -> int:
        """The column of the last change of the submission."""
        return self.changeable + 1


def columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns | None:
    """Return the columns of a worksheet with these rows, without its header; None if it is no worksheet."""
    cells = [[cell.strip() for cell in row] for row in rows]
    found = _changeable(header, cells) or _same_maximum(header, cells) or _scale(header, cells)
    if found is None:
        return None
    maximum, changeable = found
    status = _status(cells, maximum - 1)
    group = _group(cells, header, status, maximum, changeable == maximum + 2)
    return Columns(1 if status > 1 else None, status, group, maximum - 1, maximum, changeable)


def _all(cells: Sequence[Sequence[str]], column: int, allowed: re.Pattern[str] | frozenset[str]) -> bool:
    fits = allowed.fullmatch if isinstance(allowed, re.Pattern) else lambda cell: cell.casefold() in allowed
    return bool(cells) and all(column < len(row) and fits(row[column]) for row in cells)


def _changeable(header: Sequence[str], cells: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """Return the columns of the maximum and of yes or no, which tells where it is."""
    for column in range(_FIRST_MAXIMUM + 1, len(header)):
        if _all(cells, column, YES | NO):
            before = [each for each in (column - 1, column - 2) if each >= _FIRST_MAXIMUM]
            lines = [each for each in before if all("\n" in row[each] for row in cells)]  # the items of a scale
            numbers = [each for each in before if _all(cells, each, NUMBER)]
            return next(iter([*numbers, *lines, *before])), column
    return None


def _same_maximum(header: Sequence[str], cells: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """Return the columns of the maximum, which is the same in all rows, and of what follows it."""
    for column in range(_FIRST_MAXIMUM, len(header) - 1):
        if not _all(cells, column, NUMBER) or len({row[column] for row in cells}) > 1:
            continue
        if all(NUMBER.fullmatch(row[column - 1]) or not row[column - 1] for row in cells):
            return column, column + 1
    return None


def _scale(header: Sequence[str], cells: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """Return the columns of a scale, in a language that is not known here."""
    status = _status(cells, len(header))
    maximum = status + 2
    if status + 1 < len(header) and header[status + 1].casefold() == _GROUP:
        maximum += 1
    return (maximum, maximum + 1) if maximum + 1 < len(header) else None


def _status(cells: Sequence[Sequence[str]], end: int) -> int:
    """Return the column of the status, whose parts have " - " between them, before the column ``end``."""
    last = next((at for at in range(min(end, 8) - 1, 0, -1) if all(" -" in row[at] for row in cells)), None)
    if last is not None:
        return last
    emails = [at for at in range(2, min(end, 8)) if any("@" in row[at] for row in cells)]
    return max(emails) + 1 if emails and max(emails) + 1 < end else 1


def _group(
    cells: Sequence[Sequence[str]], header: Sequence[str], status: int, maximum: int, workflow: bool
) -> int | None:
    """Return the column of the group. With a marking workflow, the column after the status may be that of the marker.

    Then its title tells, if it is English; else only a marker can be blank.
    """
    at = status + 1
    between = maximum - 1 - at
    if between < 1:
        return None
    is_marker = header[at].strip().casefold() == _MARKER or any(not row[at] for row in cells)
    return None if between == 1 and workflow and is_marker else at
