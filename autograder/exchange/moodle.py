"""Moodle: the zip of all submissions of an assignment, together with its grading worksheet.

The number in a name is that of a participant in this one assignment, so only the worksheet of the same assignment tells
whose it is. In a team assignment it is the number of the group; there, the name of the group counts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from ..errors import UsageError
from ..messages import say
from .archive import Source
from .formats import Record, Who
from .names import bare, spellings
from .roster import Person, Roster

_ENTRY = re.compile(
    r"(?P<head>(?P<who>[^/_]+)(?:_(?P<number>[0-9]+))?)_(?:assignsubmission|assignfeedback)_(?P<plugin>[a-z][a-z0-9]*)"
    r"(?:_?/(?P<path>.+)|_(?P<flat>[^/]+))",
    re.DOTALL,
)


MODIFIED = "modified "  # before what Moodle says of the time: prose in the language and zone of the teacher
_NEVER = "-"
_MOST = 40  # characters of an attempt in the store


def modified(text: str) -> str:
    """Return what identifies a state of a submission, from the worksheet's time of its last change; "" for never.

    It can be compared with others, but not ordered.
    """
    if text in ("", _NEVER):
        return ""
    found = f"{MODIFIED}{text}"
    if len(found) <= _MOST:
        return found
    return f"{found[: _MOST - 13]}~{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def recognises(source: Source) -> bool:
    """Return whether most entries have the names of Moodle, in folders or without."""
    matching = sum(bool(_ENTRY.fullmatch(name)) for name in source.names)
    return 2 * matching > len(source.names)


def records(source: Source, roster: Roster) -> list[Record]:
    """Return a record for each person or group, with the files of all kinds of submission.

    Raises:
        UsageError: the roster is not a grading worksheet.
    """
    if not roster.has("participant"):
        raise UsageError(
            f"{roster.path} is not a grading worksheet of Moodle, and only that knows the numbers in the export. "
            "Download the worksheet of this assignment, and name it with --roster."
        )
    found: dict[str, list[re.Match[str]]] = {}
    unreadable = []
    for name in source.names:
        if match := _ENTRY.fullmatch(name):
            found.setdefault(match["head"], []).append(match)
        else:
            problem = say("import.no-entry", format="Moodle")
            unreadable.append(Record(name, {name.rpartition("/")[2]: name}, (name,), problem=problem))
    numbers = roster.index("participant")
    whole = [_record(matches, roster, numbers) for matches in found.values()]
    return whole + unreadable


def _record(matches: Sequence[re.Match[str]], roster: Roster, numbers: dict[str, Person]) -> Record:
    files: dict[str, str] = {}
    for match in matches:
        file = match["path"] or match["flat"]
        files[match.string if file in files else file] = match.string  # a file and a text may have one name
    first = matches[0]
    record = Record(first["head"], files, tuple(match.string for match in matches))
    if roster.has("group"):
        return _of_group(record, first["who"], roster)
    number = str(int(first["number"])) if first["number"] else ""
    person = numbers.get(number)
    if person is None:
        return replace(record, who=(Who(participant=number or first["who"]),))
    record = replace(record, who=(Who(participant=number),), late=person.late, attempt=modified(person.modified))
    if _is_other(first["who"], person):
        return replace(record, problem=say("import.other-worksheet", number=number, name=person.name))
    return record


def _is_other(name: str, person: Person) -> bool:
    """Return whether two names cannot be one: the worksheet may be that of another assignment."""
    blind = person.name.endswith(person.participant) and not person.email
    return not blind and bool(bare(name)) and bare(name) not in spellings(person.name)


def _of_group(record: Record, name: str, roster: Roster) -> Record:
    groups = [group for group in roster.groups() if bare(group) == bare(name)]
    if len(groups) > 1:
        return replace(record, problem=say("import.groups", groups=", ".join(groups)))
    if not groups:
        return replace(record, problem=say("import.no-group", group=name))
    members = roster.members(groups[0])
    known, states = {person.late for person in members}, {modified(person.modified) for person in members}
    late, state = (known.pop() if len(known) == 1 else None), (states.pop() if len(states) == 1 else "")
    return replace(record, group=groups[0], late=late, attempt=state)
