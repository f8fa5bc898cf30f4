"""An import: from an export and a roster to the mapping report, and to a folder of submissions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..course.assignment import Assignment
from . import formats, mapping_file, mapping_report, matching, roster, table
from .archive import Source
from .expected import as_expected


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


def read(
    source: Source,
    *,
    format: str,
    roster_file: Path,
    mapping: Path | None,
    assignment: Assignment | None = None,
    attempt: int | None = None,
) -> Import:
    """Match the entries of an export to the people of a roster; write nothing.

    With ``assignment``, only its files count, under the names that it asks for. ``attempt`` chooses one of several of
    a person; None: the last one.

    Raises:
        UsageError: export, roster or mapping file is wrong; names file, line or entry, and the remedy.
    """
    people = roster.read(roster_file)
    name, reader = formats.reader_of(source, format)
    records = reader.records(source, people)
    if assignment is not None:
        records = [as_expected(record, assignment.slug, assignment.modules) for record in records]
    settled = mapping_file.read(mapping, records, people) if mapping else {}
    matched = matching.match(records, people, settled=settled, ignored=source.ignored, attempt=attempt)
    export = (source.table or source.path).name
    shown = name.replace("_", "-")
    return Import(matched, mapping_report.text(matched, export=export, roster=roster_file.name, format=shown), shown)
