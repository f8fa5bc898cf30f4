"""Canvas: the zip of all submissions of an assignment. Each file is one entry at the top.

The name of an entry joins the name of the person, a mark for late work, the person's id, the id of the attachment and
the name of the file by "_", and names and files may contain "_" and numbers. So every way to split it is tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..messages import say
from .archive import Source
from .formats import Record, Who
from .names import bare, folded, spellings
from .roster import Person, Roster

_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?anon_(?P<user>[^_]+)_(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<kind>text|link)\.html)", re.DOTALL
)
# A look-ahead, so that finditer yields every split; ASCII digits only, because a name may contain others.
_NAMED = re.compile(
    r"(?=(?:^|_)(?<!LATE_)(?P<late>LATE_)?(?P<user>[0-9]+)_"
    r"(?:(?P<attachment>[0-9]+)_(?P<file>.+)|(?P<kind>text|link)\.html)\Z)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Split:
    """One way to read the name of an entry."""

    name: str
    user: str
    late: bool
    file: str


def recognises(source: Source) -> bool:
    """Return whether most entries have the names of Canvas."""
    matching = sum(bool(_ANONYMOUS.fullmatch(name) or _NAMED.search(name)) for name in source.names if "/" not in name)
    return 2 * matching > len(source.names)


def records(source: Source, roster: Roster) -> list[Record]:
    """Return a record for each entry. All entries of a person are parts of one submission: the current attempt."""
    people = roster.index("id")
    anonymous = {
        name
        for name in source.names
        if _ANONYMOUS.fullmatch(name) and not any(_is_of(split, people) for split in _splits(name))
    }
    named = {name for name in source.names if name not in anonymous and _NAMED.search(name)}
    found: dict[str, Record] = {}
    if len(anonymous) > len(named):  # a zip is anonymous or not: "Anon, Lee" is a name, too
        found |= {name: _anonymous(name) for name in anonymous}
        found |= {name: _unreadable(name, say("import.mixed")) for name in named}
    else:
        found |= {name: _named(name, roster, people) for name in anonymous | named}
    return [found.get(name) or _unreadable(name, say("import.no-entry", format="Canvas")) for name in source.names]


def _unreadable(entry: str, problem: str) -> Record:
    return Record(entry, {entry.rpartition("/")[2]: entry}, (entry,), problem=problem)


def _anonymous(entry: str) -> Record:
    match = _ANONYMOUS.fullmatch(entry)
    assert match
    file = match["file"] or f"{match['kind']}.html"
    return Record(entry, {file: entry}, (entry,), (Who(id=match["user"]),), late=bool(match["late"]), part=True)


def _splits(entry: str) -> Iterator[_Split]:
    for match in _NAMED.finditer(entry):
        file = match["file"] or f"{match['kind']}.html"
        yield _Split(entry[: match.start()], match["user"], bool(match["late"]), file)


def _named(entry: str, roster: Roster, people: dict[str, Person]) -> Record:
    splits = list(_splits(entry))
    if people:
        kept = [split for split in splits if folded(split.user) in people]
    else:  # a roster without the ids of Canvas: the names are all that is left
        kept = [split for split in splits if _named_so(split.name, roster)]
    if len({split.user for split in kept}) == 1:  # one person, and perhaps several ways to read the name of the file
        kept = [split for split in kept if _is_of(split, people)] or kept
    if len(kept) == 1:
        return _record(entry, kept[0], roster, people)
    choices = {split.user: split.file for split in reversed(kept)}
    first = (kept or splits)[0]  # Canvas itself takes the first two numbers
    record = Record(entry, {first.file: entry}, (entry,), choices=choices, part=True, late=first.late)
    if kept:
        if len(choices) > 1:
            problem = say("import.splits", people=", ".join(reversed(choices)))
        else:
            problem = say("import.split-file", files=", ".join(split.file for split in kept))
        return Record(entry, record.files, (entry,), choices=choices, part=True, late=None, problem=problem)
    return Record(entry, record.files, (entry,), (Who(id=first.user),), part=True, late=first.late)


def _record(entry: str, split: _Split, roster: Roster, people: dict[str, Person]) -> Record:
    files, entries = {split.file: entry}, (entry,)
    person = people.get(folded(split.user))
    if person is None:
        return Record(entry, files, entries, (Who(name=split.name),), part=True, late=split.late)
    who = (Who(id=split.user),)
    name = bare(split.name)
    if not person.name or not name or name in spellings(person.name):  # a name like "_" has nothing to compare
        return Record(entry, files, entries, who, part=True, late=split.late)
    if person.group and name == bare(person.group):
        return Record(entry, files, entries, who, person.group, part=True, late=split.late)
    problem = say("import.other-name", name=split.name, roster=person.name)  # a group, or somebody else's entry
    return Record(entry, files, entries, who, part=True, late=split.late, problem=problem)


def _is_of(split: _Split, people: dict[str, Person]) -> bool:
    """Return whether the name is that of the person with this id."""
    person = people.get(folded(split.user))
    return person is not None and bare(split.name) in spellings(person.name)


def _named_so(name: str, roster: Roster) -> bool:
    return bool(bare(name)) and any(bare(name) in spellings(person.name) for person in roster.people)
