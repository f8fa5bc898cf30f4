"""Files in another system that are newer than the graded ones, so that no grade of old work goes out unnoticed.

The table of another system may have the time of the last submission. Where it has none, a fresh export tells: its files
are compared with the graded ones.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..course import submission
from ..course.assignment import Assignment
from ..errors import SubmissionRejected, UsageError
from . import imports, plain_folder
from .archive import Source
from .grades import Grade, named
from .template import Template

FRACTION = timedelta(seconds=1)  # which tables leave out


def by_time(template: Template, column: int, rows: Mapping[int, Grade], system: str) -> list[str]:
    """Return a sentence on the students whose time in a column of the table is after that of the graded files."""
    students = []
    for row, grade in rows.items():
        there, here = _time(template.rows[row].value(column)), _time(grade.received_at or "")
        if there and here and there >= here + FRACTION:
            students.append(grade.student)
    return [sentence(students, system)] if students else []


def sentence(students: Sequence[str], system: str) -> str:
    """Return a sentence on students with newer files."""
    have, newer = ("has", "a newer file") if len(students) == 1 else ("have", "newer files")
    return (
        f"{named(students)} {have} {newer} in {system} than the graded one. Download the submissions again, and run "
        "batch before you upload these grades."
    )


def by_files(
    export: Path,
    *,
    format: str,
    table: Path,
    template: Template,
    rows: Mapping[int, Grade],
    assignment: Assignment | None,
) -> list[str]:
    """Return sentences on the students whose files in a fresh export are not the graded ones, or who are new there.

    ``table`` is the file of ``template``; it is the roster, too. Entries that fit nobody are not compared.

    Raises:
        UsageError: the export cannot be read.
    """
    graded = {template.rows[row].line: grade for row, grade in rows.items()}
    others: dict[int, str] | None = None  # keys of people by line
    for only in dict.fromkeys((assignment, None)):  # the class may have been imported with --assignment or without
        with imports.opened(export) as source:
            found = dict(_digests(source, format, table, only))
        others = {
            line: key
            for line, (key, digest) in found.items()
            if _differs(graded.get(line), digest) and (others is None or line in others)
        }
    if not others:
        return []
    changed = [graded[line].student for line in others if line in graded]
    new = [key for line, key in others.items() if line not in graded]
    sentences = [f"The files of {named(changed)} in {export.name} are not those that were graded."] if changed else []
    sentences += [f"{named(new)} handed in according to {export.name}, and no grade is written."] if new else []
    return [f"{each} Import {export.name}, and run batch before you upload these grades." for each in sentences]


def _digests(
    source: Source, format: str, table: Path, assignment: Assignment | None
) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield line, key and digest of everybody who is clear in an export and whose submission can be opened."""
    matched = imports.read(source, format=format, roster_file=table, mapping=None, assignment=assignment).matched
    names = plain_folder.entry_names([each.person for each in matched.submissions])
    lines = {name: person.line for person, name in names.items()}
    with tempfile.TemporaryDirectory() as folder:
        for entry in plain_folder.write_uploads(matched, source, Path(folder) / plain_folder.UPLOADS):
            try:
                yield lines[entry.student], (entry.student, submission.digest(entry.path))
            except (SubmissionRejected, UsageError):
                continue  # it cannot be compared


def _differs(grade: Grade | None, digest: str) -> bool:
    """Return whether a submission was not graded; a grade without a digest cannot be compared."""
    return grade is None or grade.sha256 not in (None, digest)


def _time(text: str) -> datetime | None:
    """Return a time with an offset, as ``2026-11-21 05:13:58 +0000`` or in ISO 8601."""
    try:
        time = datetime.fromisoformat(text.strip().replace(" +", "+").replace(" -", "-"))
    except ValueError:
        return None
    return time.astimezone(UTC) if time.tzinfo else None
