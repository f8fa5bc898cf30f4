"""Mapping files: a CSV with the columns entry and person, by which a person settles what is not clear by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..course.file_names import shown
from ..errors import UsageError, did_you_mean
from ..reports.printable import printable
from . import csv_text
from .formats import Record
from .names import folded, spellings
from .roster import IDS, Person, Roster


def read(path: Path, records: Sequence[Record], roster: Roster) -> dict[str, tuple[Person, ...]]:
    """Return the people of each entry that the file settles; none if it is to be left out.

    An entry is written as in the report, or as any of the original names of the submission. A person is an id, a login,
    an e-mail address, a name that one person has, or a group.

    Raises:
        UsageError: a column is missing, or an entry or a person is unknown or not clear; names file and line.
    """
    sheet = csv_text.read(path)
    titles = [title.casefold() for title in sheet.header]
    if not {"entry", "person"} <= set(titles):
        raise UsageError(f'{path}, line 1: name the columns "entry" and "person".')
    known = _known(records)
    found: dict[str, tuple[Person, ...]] = {}
    lines: dict[str, int] = {}
    for row in sheet.rows:
        place = f"{path}, line {row.line}"
        entry = row.cells[titles.index("entry")]
        if entry not in known:
            close = did_you_mean(entry, list(known))
            raise UsageError(f'{place}: no entry is named "{shown(entry)}".{close} Copy the name from the report.')
        record = known[entry].entry
        if record in lines:
            raise UsageError(f"{place}: line {lines[record]} has the same submission. Delete one of the two lines.")
        lines[record] = row.line
        person = row.cells[titles.index("person")]
        found[record] = _people(person, roster, place) if person else ()
    return found


def _known(records: Sequence[Record]) -> dict[str, Record]:
    known: dict[str, Record] = {}
    for record in records:
        for name in (*record.entries, record.entry):
            known |= {name.strip(): record, printable(name).strip(): record}
    return known


def _people(text: str, roster: Roster, place: str) -> tuple[Person, ...]:
    wanted = folded(text)
    found = [person for person in roster.people if wanted in (folded(getattr(person, field)) for field in IDS)]
    found = found or [person for person in roster.people if wanted in (folded(person.key), folded(person.title))]
    found = found or [person for person in roster.people if spellings(person.name) & spellings(text)]
    if len(set(found)) == 1:
        return (found[0],)
    if found:
        lines = " and ".join(str(person.line) for person in found)
        raise UsageError(
            f'{place}: "{text}" may be line {lines} of {roster.path}. Write the id of the person; if the roster '
            "has none, add one."
        )
    if members := [person for person in roster.people if person.group and folded(person.group) == wanted]:
        return tuple(members)
    close = did_you_mean(text, [person.key for person in roster.people])
    raise UsageError(f'{place}: "{text}" is not in {roster.path}.{close} Write an id of the roster, or leave it empty.')
