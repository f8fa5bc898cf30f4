"""CSV files as people and systems write them: any usual encoding, and commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError

MOST_BYTES = 20 * 2**20  # of one file: some hundred bytes for each person of a large university

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_HANGUL = re.compile(r"[\x00-\x7f\uac00-\ud7a3]*")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its line, the first line being 1, and its cells without blanks around them."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The header of a CSV file and its rows without empty ones; each row has as many cells as the header."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]


def read(path: Path) -> Sheet:
    """Read a CSV file: UTF-8 with or without byte order mark, UTF-16, CP949 or Windows-1252; ``,`` ``;`` or tab.

    Raises:
        UsageError: it is missing, empty, no CSV file, or a row has more cells than the header; names file and line.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}. Name a CSV file.") from exc
    if len(content) > MOST_BYTES:
        raise UsageError(f"{path} is larger than {MOST_BYTES // 2**20} MiB. Name a CSV file with one line a person.")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UsageError(f"{path} is a spreadsheet or an archive. Save it as CSV, and name that file.")
    first, *rest = _rows(path, decoded(content)) or [Row(1, ())]
    if not any(first.cells):
        raise UsageError(f"{path} is empty. Name a CSV file whose first line names the columns.")
    width = len(first.cells)
    for row in rest:
        if any(row.cells[width:]):
            raise UsageError(
                f"{path}, line {row.line}: this row has {len(row.cells)} cells, but the header has {width}. "
                "Put quotes around a cell that contains the separator."
            )
    padded = (Row(row.line, (*row.cells, *[""] * width)[:width]) for row in rest if any(row.cells))
    return Sheet(path, first.cells, tuple(padded))


def decoded(content: bytes) -> str:
    """Return a text of unknown encoding. Every byte sequence has a result, because Latin-1 reads all of them."""
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    if marked:
        return content.decode(marked, "replace")
    if b"\0" in content[:4]:  # no CSV file begins with one, but UTF-16 without a mark has one in each Latin letter
        return content.decode("utf-16-be" if content[0] == 0 else "utf-16-le", "replace")
    for encoding in ("utf-8", "cp949", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # CP949 also reads most accented letters, as rare Chinese ones: believe it only where all is Hangul
        if encoding != "cp949" or _HANGUL.fullmatch(text):
            return text
    return content.decode("latin-1")


def _rows(path: Path, text: str) -> list[Row]:
    lines = text.splitlines(keepends=True)
    skipped = 1 if lines and re.fullmatch(r"sep=.\s*", lines[0]) else 0  # Excel's own line for the separator
    body = "".join(lines[skipped:])
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=_separator(body), strict=True)
    found, line = [], skipped + 1
    try:
        for cells in reader:
            found.append(Row(line, tuple(cell.strip() for cell in cells)))
            line = skipped + reader.line_num + 1
    except csv.Error as exc:
        raise UsageError(
            f"{path}, line {line}: this row cannot be read ({exc}). Close every quote, and double those inside a cell."
        ) from exc
    return found


def _separator(text: str) -> str:
    """Return the separator that gives the first line the most cells."""
    header = re.sub(r'"[^"]*"', "", text.partition("\n")[0])
    return max(",;\t", key=header.count)
