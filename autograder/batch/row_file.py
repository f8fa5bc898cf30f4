"""The rows of a class, in a temporary file: they need the same memory for 100,000 students as for a thousand."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..errors import AutograderError
from ..reports import class_rows
from ..reports.class_rows import ClassRow


@dataclass(frozen=True)
class Rows(Collection[ClassRow]):
    """Rows of a class, sorted by student. They are read again each time that they are asked for."""

    _database: sqlite3.Connection
    _where: str = "1"

    def __len__(self) -> int:
        [(count,)] = self._select("count(*)")
        return int(count)

    def __iter__(self) -> Iterator[ClassRow]:
        return (class_rows.from_json(text) for (text,) in self._select("row"))

    def __contains__(self, row: object) -> bool:
        return any(row == each for each in self)

    @property
    def needing_a_human(self) -> Rows:
        """Those at which a person has to look."""
        return Rows(self._database, "attention")

    def add(self, row: ClassRow) -> None:
        """Add the row of a student; it replaces an earlier one."""
        student = (row.student or "").encode("utf-8", "surrogatepass")  # sorted as Python sorts names
        values = (student, bool(row.attention), class_rows.to_json(row))
        with _explained():
            self._database.execute("insert or replace into rows values (?, ?, ?)", values)

    def _select(self, columns: str) -> Iterator[tuple[str]]:
        with _explained():
            yield from self._database.execute(f"select {columns} from rows where {self._where} order by student")


@contextlib.contextmanager
def row_file() -> Iterator[Rows]:
    """Yield rows, none at first. Their file has no name, and is gone with this process."""
    with contextlib.closing(sqlite3.connect("", isolation_level=None)) as database:
        with _explained():
            for line in ("pragma temp_store = file", "pragma journal_mode = off"):
                database.execute(line)
            database.execute("create table rows (student blob primary key, attention, row) without rowid")
        yield Rows(database)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as exc:
        problem = f"The temporary folder cannot be written ({exc}). Make room there, or name another one with TMPDIR."
        raise AutograderError(problem, slug="report-write") from exc
