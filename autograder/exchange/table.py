"""A CSV file that says which file or folder is whose: for systems without a format of their own.

The column ``file`` names a file or a folder, relative to the CSV. The others are those of a roster, and
``received_at``, ``late`` and ``attempt``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from ..errors import UsageError
from . import csv_text, roster
from .archive import Source
from .csv_text import Row
from .formats import Record, Who
from .roster import Roster

TITLES = {
    "file": ("file", "path", "folder", "entry", "submission"),
    "received_at": ("received at", "submitted at", "submission time", "timestamp"),
    "late": ("late",),
    "attempt": ("attempt",),
}
_LATE = {"": None, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def opened(path: Path) -> Source:
    """Return the files that the table at ``path`` names.

    Raises:
        UsageError: the table has no column ``file``, or names something outside of its folder; names the line.
    """
    only = {PurePosixPath(cells["file"]).parts[0] for _, cells in _rows(path)}
    return Source(path.parent, table=path, only=only)


def recognises(source: Source) -> bool:
    """Return whether the source is a table."""
    return source.table is not None


def records(source: Source, roster: Roster) -> list[Record]:
    """Return a record for each row.

    Raises:
        UsageError: the source is no table, a file is missing, or a time cannot be read; names file and line.
    """
    if source.table is None:
        raise UsageError(f"{source.path} is not a CSV file. Name the table of the submissions.")
    tops = source.tops()
    return [_record(source.table, row, cells, tops) for row, cells in _rows(source.table)]


def _rows(path: Path) -> list[tuple[Row, dict[str, str]]]:
    sheet = csv_text.read(path)
    columns = roster.columns(sheet, TITLES)
    if "file" not in columns:
        raise UsageError(
            f'{path}, line 1: no column is named "file". Name the file or folder of each submission in it.'
        )
    rows = [(row, {field: row.cells[place] for field, place in columns.items()}) for row in sheet.rows]
    for row, cells in rows:
        parts = PurePosixPath(cells["file"].replace("\\", "/")).parts
        if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0]:
            raise UsageError(
                f'{path}, line {row.line}: write a path inside the folder of {path.name}, in column "file".'
            )
        cells["file"] = "/".join(parts)
    return rows


def _record(table: Path, row: Row, cells: Mapping[str, str], tops: Mapping[str, Sequence[str]]) -> Record:
    place = f"{table}, line {row.line}"
    entry = cells["file"]
    names = [name for name in tops.get(entry.partition("/")[0], ()) if name == entry or name.startswith(f"{entry}/")]
    if not names:
        raise UsageError(f"{place}: {entry} does not exist, or is empty. Correct the path, or delete the row.")
    files = {PurePosixPath(entry).name if name == entry else name.removeprefix(f"{entry}/"): name for name in names}
    left = dict(cells)
    name = roster.full_name(left)
    who = Who(id=left.get("id", ""), login=left.get("login", ""), email=left.get("email", ""), name=name)
    late = cells.get("late", "").casefold()
    if late not in _LATE:
        raise UsageError(f'{place}: late is "{late}"; write yes or no, or leave it empty.')
    received_at = _time(cells.get("received_at", ""), place)
    attempt = cells.get("attempt", "")
    attempt = attempt.zfill(9) if attempt else received_at or ""  # as text, 10 comes before 9
    return Record(entry, files, tuple(names), (who,), attempt=attempt, received_at=received_at, late=_LATE[late])


def _time(text: str, place: str) -> str | None:
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise UsageError(f'{place}: "{text}" is not a time with an offset; write it as 2026-10-12T18:00+09:00.')
    return time.isoformat()
