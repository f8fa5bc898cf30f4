"""A table that a teacher downloaded from another system, kept byte for byte except for the cells that we fill.

A cell is kept as it is written, with its quotes. So a table without changes is the same bytes again: byte order mark,
encoding, delimiter, quoting and line endings stay.

The cells that we write are not protected against formulas, in contrast to our own tables (``csv_grades.py``): the other
system imports them as they are, and a quote before a name or a comment would become part of it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import UsageError

_MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
_DELIMITERS = (",", ";", "\t")
_DECIMALS = re.compile(r"(?:^|\()-?\d+([.,])\d+(?:\)|$)")  # 80.50, and Needs Marking(75.00)
_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_AGAIN = "Download it again, and do not open it in a spreadsheet before you use it here."


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line where it starts, its cells as they are written, and the end of its last line."""

    line: int
    raw: tuple[str, ...]
    end: str

    def value(self, column: int) -> str:
        """Return the text of a cell without quotes, or "" if the row is too short."""
        return _unquoted(self.raw[column]) if column < len(self.raw) else ""

    @property
    def values(self) -> list[str]:
        """The texts of all cells."""
        return [_unquoted(raw) for raw in self.raw]


@dataclass(frozen=True, slots=True)
class Template:
    """A table of another system. ``name`` is that of the file, for messages; the first row is the header."""

    name: str
    encoding: str
    mark: bytes
    delimiter: str
    rows: tuple[Row, ...]

    @property
    def header(self) -> list[str]:
        """The titles of the columns."""
        return self.rows[0].values

    def place(self, row: int, column: int) -> str:
        """Return where a cell is, for a message."""
        return f'{self.name}, line {self.rows[row].line}, column "{self.rows[0].value(column)}"'

    def column(self, title: str) -> int:
        """Return the index of the column with this title.

        Raises:
            UsageError: no column has it, or several have.
        """
        found = [index for index, each in enumerate(self.header) if each == title]
        if len(found) != 1:
            count = "Several columns are" if found else "No column is"
            raise UsageError(
                f'{self.name}, line 1: {count} named "{title}". Perhaps a column was renamed, or the file is in '
                "another language. Download it again, in English, and do not change it."
            )
        return found[0]

    def optional(self, titles: Iterable[str]) -> list[int]:
        """Return the indices of the columns with these titles, without those that are missing."""
        header = self.header
        return [header.index(title) for title in titles if title in header]

    def decimal_mark(self, columns: Collection[int]) -> str:
        """Return the decimal mark of the numbers in these columns, or "" if it is not known.

        Raises:
            UsageError: there are numbers of both kinds.
        """
        first: dict[str, tuple[int, int]] = {}
        for index, row in enumerate(self.rows[1:], 1):
            for column in columns:
                if match := _DECIMALS.search(row.value(column)):
                    first.setdefault(match[1], (index, column))
        if len(first) > 1:
            raise UsageError(
                f"{self.place(*first[','])}: this number has a decimal comma, and the one in line "
                f"{self.rows[first['.'][0]].line} a decimal point. {_AGAIN}"
            )
        return next(iter(first), "." if self.delimiter != ";" else "")

    def filled(
        self,
        changes: Mapping[tuple[int, int], str],
        *,
        rows: Sequence[int] | None = None,
        columns: Sequence[int] | None = None,
    ) -> bytes:
        """Return the table with other texts in some cells; a key of ``changes`` is a row and a column.

        With ``rows`` or ``columns`` the others are left out. A cell whose text does not change keeps its bytes.

        Raises:
            UsageError: a row is too short to have the cell.
        """
        texts: dict[int, dict[int, str]] = {}
        for (index, column), value in changes.items():
            texts.setdefault(index, {})[column] = value
        text = []
        for index in range(len(self.rows)) if rows is None else rows:
            row = self.rows[index]
            raw = list(row.raw)
            for column, value in texts.get(index, {}).items():
                if column >= len(raw):
                    raise UsageError(f"{self.name}, line {row.line}: the row has too few cells. {_AGAIN}")
                raw[column] = self._written(value, raw[column])
            kept = raw if columns is None else [raw[column] if column < len(raw) else "" for column in columns]
            text.append(self.delimiter.join(kept) + row.end)
        return self.mark + "".join(text).encode(self.encoding)

    def _written(self, value: str, raw: str) -> str:
        if value == _unquoted(raw):
            return raw
        if raw.startswith('"') or any(sign in value for sign in (self.delimiter, '"', "\r", "\n")):
            return '"' + value.replace('"', '""') + '"'
        return value


def parse(data: bytes, name: str, *, utf16: bool = False) -> Template:
    """Read a table.

    Its delimiter is that of comma, semicolon and tab with which most rows are as wide as the header. With ``utf16`` the
    other system also exports UTF-16.

    Raises:
        UsageError: it is not UTF-8, is damaged, or has fewer than two columns. Names file and line.
    """
    encoding, mark = _encoding(data)
    if encoding != "utf-8" and not utf16:
        raise UsageError(f"{name}, line 1: the file is UTF-16, so a spreadsheet has saved it. {_AGAIN}")
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as exc:
        line = data[: len(mark) + exc.start].count(b"\n") + 1
        kind = "UTF-8" if encoding == "utf-8" else "UTF-16"
        raise UsageError(
            f"{name}, line {line}: the text is not {kind}, so a spreadsheet has saved the file in a code page such as "
            f"cp1252. {_AGAIN}"
        ) from exc
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise UsageError(f"{name}, line {line}: the file is not a table of text. {_AGAIN}")
    if not text.strip():
        raise UsageError(f"{name} is empty. Download it again.")
    read = [(delimiter, *_rows(text, delimiter)) for delimiter in _DELIMITERS]
    delimiter, rows, damaged = max(read, key=lambda each: _likelihood(each[1], each[2]))
    if damaged:
        raise UsageError(f"{name}, line {damaged}: a quote in this row is not closed or not doubled. {_AGAIN}")
    if len(rows[0].raw) < 2:
        raise UsageError(f"{name}, line 1: the header has one column. Give the table as the other system exports it.")
    return Template(name, encoding, mark, delimiter, tuple(rows))


def number(text: str) -> float | None:
    """Return a number that is written with a decimal point or comma, or None if it is none."""
    return float(text.strip().replace(",", ".")) if _NUMBER.fullmatch(text.strip()) else None


def _encoding(data: bytes) -> tuple[str, bytes]:
    return next(((name, mark) for name, mark in _MARKS.items() if data.startswith(mark)), ("utf-8", b""))


def _likelihood(rows: Sequence[Row], damaged: int) -> tuple[bool, float, int]:
    width = len(rows[0].raw)
    same = sum(len(row.raw) == width for row in rows) / len(rows)
    return width > 1 and not damaged, same if width > 1 else 0.0, width


def _rows(text: str, delimiter: str) -> tuple[list[Row], int]:
    """Return the rows of a table, and the line where a quoted cell is damaged, or 0."""
    cell = re.compile(rf"({_QUOTED.pattern}|[^{delimiter}\r\n]*+)({delimiter}|\r\n|\n|\r|\Z)")
    rows = []
    raw: list[str] = []
    line, start, position, damaged = 1, 1, 0, 0
    while position < len(text) or raw:
        match = cell.match(text, position)
        assert match is not None  # the second alternative ends at any sign
        if match[1].startswith('"') and not _QUOTED.fullmatch(match[1]):
            damaged = damaged or line
        raw.append(match[1])
        position = match.end()
        line += len(re.findall(r"\r\n|\n|\r", match[0]))
        if match[2] != delimiter:
            rows.append(Row(start, tuple(raw), match[2]))
            raw, start = [], line
    return rows, damaged


def _unquoted(raw: str) -> str:
    return raw[1:-1].replace('""', '"') if raw.startswith('"') and raw.endswith('"') and len(raw) > 1 else raw
