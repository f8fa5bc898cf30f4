"""An import: from an export and a roster to the mapping report, and to a folder of submissions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..course.assignment import Assignment
from ..errors import UsageError
from . import formats, git_clones, mapping_file, mapping_report, matching, plain_folder, roster, table
from .archive import Source
from .expected import as_expected
from .formats import Record


@dataclass(frozen=True, slots=True)
class Import:
    """The entries of an export with their people, the report on them, and the name of the format."""

    matched: matching.Matched
    report: str
    format: str


def opened(path: Path) -> Source:
    """Open an export: a zip, the folder into which it was unpacked, or a table.

    Raises:
        UsageError: it cannot be read safely; names the entry and the remedy.
    """
    return table.opened(path) if path.suffix.lower() == ".csv" else Source(path)


Until = Callable[[str], datetime]
"""The time until which the commits of a student count, by the name of the student."""


def read(
    source: Source,
    *,
    format: str,
    roster_file: Path,
    mapping: Path | None,
    assignment: Assignment | None = None,
    until: Until | None = None,
) -> Import:
    """Match the entries of an export to the people of a roster; write nothing.

    With ``assignment``, only its files count, under the names that it asks for. With ``until``, the last commits of git
    clones count.

    Raises:
        UsageError: export, roster or mapping file is wrong; names file, line or entry, and the remedy.
    """
    if not source.names and source.table is None:  # the rows of a table say what is missing
        raise UsageError(f"{source.path} contains no files. Download the submissions of the assignment again.")
    people = roster.read(roster_file)
    name, reader = formats.reader_of(source, format)
    records = reader.records(source, people)
    settled = mapping_file.read(mapping, records, people) if mapping else {}
    if until is not None:
        if name != "git_clones" or not source.path.is_dir():
            raise UsageError(f"{source.path} is not a folder of git clones, and only those have commits. Omit --until.")
        records = _at(matching.match(records, people, settled=settled), source, people, until)
    if assignment is not None:
        records = [as_expected(record, assignment.slug, assignment.modules) for record in records]
    matched = matching.match(records, people, settled=settled, ignored=source.ignored)
    export = (source.table or source.path).name
    shown = name.replace("_", "-")
    return Import(matched, mapping_report.text(matched, export=export, roster=roster_file.name, format=shown), shown)


def _at(found: matching.Matched, source: Source, people: roster.Roster, until: Until) -> list[Record]:
    """Return the records with the files of their last commits; of several people, the latest time counts."""
    names = plain_folder.entry_names(people.people)
    return [
        git_clones.at(each.record, source, max(until(names[person]) for person in each.people))
        if each.how not in matching.NO_SUBMISSION or each.how is matching.How.TOO_LATE
        else each.record
        for each in found.matches
    ]
