"""A class as a folder: one entry for each student. Its grades are a CSV file."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..course.file_names import decoded, is_ignored
from ..errors import UsageError
from . import plain_folder
from .formats import Entry, Record, Who
from .names import bare, folded, spellings
from .roster import IDS, Roster

if TYPE_CHECKING:
    from ..reports.class_rows import ClassRow
    from .archive import Source


def recognises(source: Path) -> bool:
    """Return whether ``source`` is a folder."""
    return source.is_dir()


def entries(source: Path) -> list[Entry]:
    """Return an entry for everything in ``source``, sorted, except what computers add by themselves.

    Some systems write the same name in two ways (NFC and NFD); it is one student. If ``autograder import`` wrote the
    folder, an entry has what the other system says of its time.

    Raises:
        UsageError: there is no entry.
    """
    if not source.is_dir():
        raise UsageError(f"{source} is not a folder. Give the folder that holds one entry for each student.")
    known = plain_folder.kept_facts(source)
    found = [_entry(path, known) for path in sorted(source.iterdir()) if not is_ignored(path.name)]
    if not found:
        raise UsageError(f"{source} contains no submission (a folder, .py, .ipynb or .zip).")
    return found


def _entry(path: Path, known: Mapping[str, Mapping[str, Any]]) -> Entry:
    student = _student(path)
    facts = known.get(student, {})
    earlier = plain_folder.kept_earlier(path.parent, student, facts)
    return Entry(student, path, facts.get("received_at"), facts.get("late"), facts.get("attempt", ""), earlier)


def _student(path: Path) -> str:
    """Return the name of an entry without its ending, in one normal form (NFC)."""
    name = path.name if path.is_dir() else path.stem.removesuffix(".tar")
    return unicodedata.normalize("NFC", decoded(name))


def records(source: Source, roster: Roster) -> list[Record]:
    """Return a record for each entry at the top, named by an id, a login, an e-mail address or a name.

    A zip often has one more folder around all entries; it does not count.
    """
    tops, above = source.tops(), ""
    known = {folded(getattr(person, kind)) for person in roster.people for kind in IDS} - {""}
    names = {spelling for person in roster.people for spelling in spellings(person.name)}
    while len(tops) == 1 and (top := next(iter(tops))) and tops[top] != [f"{above}{top}"]:
        if folded(top) in known or bare(top) in names:
            break
        above += f"{top}/"
        inside: dict[str, list[str]] = {}
        for name in source.names:
            inside.setdefault(name.removeprefix(above).partition("/")[0], []).append(name)
        tops = inside
    return [_record(top, f"{above}{top}", files) for top, files in tops.items()]


def _record(top: str, path: str, names: Sequence[str]) -> Record:
    is_file = names == [path]
    who = unicodedata.normalize("NFC", Path(top).stem.removesuffix(".tar") if is_file else top)
    files = {top if is_file else name.removeprefix(f"{path}/"): name for name in names}
    return Record(top, files, tuple(names), (Who(id=who, login=who, email=who, name=who),))


def write_grades(rows: Collection[ClassRow], path: Path) -> None:
    """Write the points of a class as CSV."""
    from . import csv_grades  # with rich, which a usage error does not need

    csv_grades.write_grades(rows, path)
