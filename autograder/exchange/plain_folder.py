"""Submissions of an export as a plain folder, which ``autograder batch`` reads: one entry for each student."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..course.near_misses import archive_kind
from ..errors import UsageError
from ..reports.printable import file_stem
from .archive import Source
from .formats import Entry
from .matching import Handed, Matched
from .names import folded, is_file_name
from .roster import FIELDS, IDS, Person
from .whole_folder import whole_folder

UPLOADS, EARLIER, PEOPLE, REPORT = "uploads", "earlier", "roster.json", "report.txt"
SINGLE = (".py", ".ipynb")  # a file that is a submission by itself, as an archive is
_ENDING = re.compile(r"(\.tar)?\.\w+$")

_PART_BYTES = 240  # of one part of a path; file systems take 255


def write(matched: Matched, source: Source, folder: Path, *, report: str, format: str) -> None:
    """Write ``uploads/``, ``roster.json`` and ``report.txt`` into a new folder for its owner only: all or nothing.

    Earlier attempts lie in ``earlier/<number>/``, as the last ones lie in ``uploads/``.

    Raises:
        UsageError: the folder exists, or a file of the export cannot be read.
        AutograderError: ``report-write`` if the folder cannot be written.
    """
    if os.path.lexists(folder):
        raise UsageError(f"{folder} exists. Name a new folder: an import never mixes with another one.")
    names = entry_names([each.person for each in matched.submissions])
    with whole_folder(folder) as draft:
        entries = write_uploads(matched, source, draft / UPLOADS)
        document = _document(matched, names, format, {each.student: each.earlier for each in entries}, draft)
        (draft / PEOPLE).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (draft / REPORT).write_text(report, encoding="utf-8")


def write_uploads(matched: Matched, source: Source, folder: Path) -> list[Entry]:
    """Write the submissions of an export into a new folder, and return them as ``batch`` grades them.

    Earlier attempts are written into folders next to it.

    Raises:
        UsageError: a file of the export cannot be read.
        OSError: the folder exists, or cannot be written.
    """
    folder.mkdir()
    names = entry_names([each.person for each in matched.submissions])
    before: dict[str, list[Entry]] = {}
    for each in matched.earlier:
        own = before.setdefault(names[each.person], [])
        place = folder.with_name(EARLIER) / str(len(own) + 1)
        place.mkdir(parents=True, exist_ok=True)
        own.append(_write_entry(names[each.person], each, source, place))
    return [
        replace(_write_entry(name, each, source, folder), earlier=tuple(before.get(name, ())))
        for each in matched.submissions
        for name in [names[each.person]]
    ]


def _write_entry(name: str, each: Handed, source: Source, folder: Path) -> Entry:
    return Entry(name, _write_files(each.files, source, folder / name), received_at(each), late(each), attempt(each))


def kept_facts(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return what the import beside ``folder`` knows of each entry, by student; nothing if no import wrote it.

    Raises:
        UsageError: ``roster.json`` is damaged.
    """
    path = folder.parent / PEOPLE
    if folder.name != UPLOADS or not path.is_file():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        people = {str(each["student"]): each for each in document["people"]} if document["schema"] == 1 else {}
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise UsageError(f"{path} cannot be read ({exc}). Import the submissions again.") from exc
    return people


def kept_earlier(folder: Path, student: str, facts: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Return the earlier attempts of a student of ``uploads/``. ``facts`` is what the import knows of the student.

    Raises:
        UsageError: ``roster.json`` is damaged, or names a file that does not exist.
    """
    found = []
    for each in facts.get("earlier", ()):
        path = folder.parent / str(each.get("path"))
        if path.parent.parent != folder.parent / EARLIER or not os.path.lexists(path):
            raise UsageError(f"{folder.parent / PEOPLE} names {path}, which is no earlier attempt. Import again.")
        found.append(Entry(student, path, each.get("received_at"), each.get("late"), each.get("attempt") or ""))
    return tuple(found)


def received_at(each: Handed) -> str | None:
    """Return when the last part of a submission was received, ISO 8601 with offset; None if that is unknown."""
    return max((match.record.received_at for match in each.matches if match.record.received_at), default=None)


def late(each: Handed) -> bool | None:
    """Return whether the other system calls a submission late; None if it does not tell of every part."""
    found = {match.record.late for match in each.matches}
    return True if True in found else None if None in found else False


def attempt(each: Handed) -> str:
    """Return what the other system calls the attempt, or ""."""
    return max(match.record.attempt for match in each.matches)


def entry_names(people: Sequence[Person]) -> dict[Person, str]:
    """Return the name of each person's entry: the key, or a safe name with a digest if no file can have that name."""
    plain = {person: unicodedata.normalize("NFC", person.key) for person in people}
    counts = Counter(map(folded, plain.values()))
    return {
        person: name if is_file_name(name) and counts[folded(name)] == 1 else file_stem(_unique(person), unique=True)
        for person, name in plain.items()
    }


def _unique(person: Person) -> str:
    """Return a text that no other person has: two people without ids may share their name."""
    ids = [value for field in IDS if (value := getattr(person, field))]
    return " ".join(ids or (person.name, str(person.line)))


def _write_files(files: Mapping[str, str], source: Source, entry: Path) -> Path:
    """Write the files of an entry, and return its path."""
    [first, *others] = files
    ending = _ENDING.search(first.lower())
    if not others and ending and (ending[0] in SINGLE or archive_kind(first)):
        # as a student would hand it in: the grader then accepts any name, and says of other archives what they are
        single = entry.with_name(f"{entry.name}{ending[0]}")
        single.write_bytes(source.read(files[first]))
        return single
    for path, name in files.items():
        target = entry.joinpath(*map(_fitting, path.split("/")))
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(source.read(name))
    return entry


def _fitting(part: str) -> str:
    """Return a part of a path that a file system takes: a long name keeps its beginning and ending, with a digest."""
    content = os.fsencode(part)
    if len(content) <= _PART_BYTES:
        return part
    ending = f"-{hashlib.sha256(content).hexdigest()[:12]}{Path(part).suffix[:20]}"
    room = _PART_BYTES - len(os.fsencode(ending))
    return content[:room].decode(errors="ignore") + ending


def _document(
    matched: Matched, names: Mapping[Person, str], format: str, earlier: Mapping[str, Sequence[Entry]], folder: Path
) -> dict[str, Any]:
    people = [_of_person(each, names[each.person]) for each in matched.submissions]
    for person in people:
        person["earlier"] = [_of_earlier(each, folder) for each in earlier[person["student"]]]
    return {
        "schema": 1,
        "format": format,
        "people": people,
        "without": [_fields(person) for person in matched.without],
    }


def _of_person(each: Handed, name: str) -> dict[str, Any]:
    records = [match.record for match in each.matches]
    return {
        "student": name,
        **_fields(each.person),
        "matched": [match.how.value for match in each.matches],
        "submitted_as": next((record.group for record in records if record.group), ""),
        "attempt": attempt(each),
        "received_at": received_at(each),
        "late": late(each),
        "entries": [entry for record in records for entry in record.entries],
        "files": dict(each.files),
    }


def _of_earlier(each: Entry, folder: Path) -> dict[str, Any]:
    found = {"attempt": each.attempt, "received_at": each.received_at, "late": each.late}
    return {"path": each.path.relative_to(folder).as_posix(), **found}


def _fields(person: Person) -> dict[str, str]:
    return {field: getattr(person, field) for field in FIELDS if field != "late"}
