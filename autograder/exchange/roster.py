"""Rosters: the people of a course, from the CSV file that the other system exports, or from a hand-written one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from ..errors import UsageError
from . import csv_text, worksheet
from .csv_text import Row, Sheet
from .names import folded

# The titles of columns in lower case, with blanks for "_" and "-": plain English, the gradebooks of Canvas, Blackboard
# and Brightspace, the participants of Moodle, the rosters of Gradescope, GitHub Classroom and Classroom 50.
TITLES = {
    "id": ("id", "student id", "sid", "orgdefinedid", "org defined id", "id number", "student number", "identifier"),
    "sis": ("sis user id", "sis id"),
    "login": ("login", "sis login id", "username", "user name", "account", "user"),
    "github": ("github username", "github login", "github"),
    "email": ("email", "e mail", "email address", "mail"),
    "name": ("name", "full name", "student", "student name", "display name"),
    "first": ("first name", "given name"),
    "last": ("last name", "surname", "family name"),
    "group": ("group", "group name", "groups", "team"),
    "status": ("status",),
}
IDS = ("participant", "id", "sis", "login", "github", "email")  # what a person cannot share with another one

_PARTICIPANT = re.compile(r"\D*\s(\d+)")
_NO_STUDENT = re.compile(r"points possible", re.IGNORECASE)
_TEST_STUDENT = "student, test"  # Canvas adds this one to every course


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """A member of the course, as the roster knows them; "" stands for what it does not say. Two rows are never equal.

    ``participant`` is Moodle's number of the person in one assignment, and ``modified`` its text on when the person
    changed the submission last. ``late`` is None if the roster does not tell.
    """

    line: int
    id: str = ""
    sis: str = ""
    login: str = ""
    github: str = ""
    email: str = ""
    name: str = ""
    group: str = ""
    participant: str = ""
    late: bool | None = None
    modified: str = ""

    @property
    def key(self) -> str:
        """The name of the person's submission: the id, else the login, the e-mail address or the name."""
        return self.id or self.login or self.github or self.email or self.name

    @property
    def title(self) -> str:
        """The key and the name, for a report."""
        return self.key if self.name in ("", self.key) else f"{self.key} ({self.name})"


@dataclass(frozen=True, slots=True)
class Roster:
    """The people of a roster, in its order. No two of them share an id."""

    path: Path
    people: tuple[Person, ...]

    def has(self, field: str) -> bool:
        """Return whether the roster fills ``field`` for anyone."""
        return any(getattr(person, field) for person in self.people)

    def index(self, field: str) -> dict[str, Person]:
        """Return the people by one of :data:`IDS`, folded."""
        return {folded(value): person for person in self.people if (value := getattr(person, field))}

    def members(self, group: str) -> tuple[Person, ...]:
        """Return the people of a group."""
        return tuple(person for person in self.people if person.group == group)

    def groups(self) -> tuple[str, ...]:
        """Return the names of the groups, each once."""
        return tuple(dict.fromkeys(person.group for person in self.people if person.group))


def read(path: Path) -> Roster:
    """Read a roster. Find its columns by their titles; those of a Moodle worksheet, in any language, by position.

    Raises:
        UsageError: no column tells who a person is, nobody is listed, or two people share an id; names file and line.
    """
    sheet = csv_text.read(path)
    found = _worksheet_columns(sheet) or columns(sheet)
    if not set(found) & {*IDS, "name", "first", "last"}:
        raise UsageError(
            f"{path}, line 1: no column tells who a person is. The columns are {_listed(sheet.header)}. "
            "Name at least one of them id, login, email or name."
        )
    people = tuple(_people(sheet, found))
    if not people:
        raise UsageError(f"{path} lists nobody. Name a roster with one line for each person.")
    _check_unique(path, people)
    return Roster(path, people)


def columns(sheet: Sheet, more: Mapping[str, Sequence[str]] | None = None) -> dict[str, int]:
    """Return the places of the columns of :data:`TITLES`, and of ``more``, that the sheet has."""
    titles = [_plain(title) for title in sheet.header]
    found: dict[str, int] = {}
    for field, names in {**TITLES, **(more or {})}.items():
        # the order of the names counts, not that of the columns: Canvas has ID and others beside it
        place = next((titles.index(name) for name in names if titles.count(name)), None)
        if place is not None:
            found[field] = place
    return found


def _plain(title: str) -> str:
    return re.sub(r"[\s_-]+", " ", title).strip(" #").casefold()


def _worksheet_columns(sheet: Sheet) -> dict[str, int] | None:
    """Return the columns of a grading worksheet of Moodle, whose titles are in the language of the teacher, or None."""
    first = _plain(sheet.header[0])
    if len(sheet.header) < 7 or any(first in names for names in TITLES.values() if "identifier" not in names):
        return None
    if not sheet.rows or not all(_PARTICIPANT.fullmatch(row.cells[0]) for row in sheet.rows):
        return None
    found = worksheet.columns(sheet.header, [row.cells for row in sheet.rows])
    if found is None:
        return None
    places = {"participant": 0, "status": found.status}
    places |= {field: at for field, at in columns(sheet).items() if at in found.identity and field != "name"}
    emails = [at for at in found.identity if any("@" in row.cells[at] for row in sheet.rows)]
    places |= {"email": emails[0]} if emails and emails[0] not in places.values() else {}
    places |= {"name": found.name} if found.name is not None else {}
    places |= {"group": found.group} if found.group is not None else {}
    return places | ({"modified": found.submitted} if found.submitted < len(sheet.header) else {})


def _people(sheet: Sheet, columns: dict[str, int]) -> Iterator[Person]:
    for row in sheet.rows:
        found = {field: row.cells[place] for field, place in columns.items()}
        found["name"] = full_name(found)
        found["late"] = _late(found.pop("status", ""))  # type: ignore[assignment]
        if _is_no_student(sheet, row, found["name"]):
            continue
        person = _tidy(Person(row.line, **found))  # type: ignore[arg-type]
        if not person.key:
            raise UsageError(f"{sheet.path}, line {row.line}: this row names nobody. Fill it, or delete the row.")
        yield person


def full_name(cells: dict[str, str]) -> str:
    """Take the parts of a name out of the cells of a row, and return the whole name."""
    parts = [cells.pop(field, "") for field in ("first", "last")]
    return cells.pop("name", "") or " ".join(filter(None, parts))


def _tidy(person: Person) -> Person:
    """Return the person without the signs that systems put around ids; one in Moodle's blind mode is a number."""
    plain = {name: getattr(person, name).lstrip("#") for name in ("id", "login")}  # Brightspace: #student01
    if not person.participant:
        return replace(person, **plain)
    number = _PARTICIPANT.fullmatch(person.participant)
    assert number  # only a column of numbers is taken for one of participants
    name = person.name or person.participant
    return replace(person, participant=str(int(number[1])), name=name, **plain)


def _is_no_student(sheet: Sheet, row: Row, name: str) -> bool:
    """Return whether this is one of the rows of Canvas that describe columns, or its test student."""
    if "SIS Login ID" not in sheet.header and not ("ID" in sheet.header and "Section" in sheet.header):
        return False
    return not name or bool(_NO_STUDENT.fullmatch(name)) or name.casefold() == _TEST_STUDENT


def _late(status: str) -> bool | None:
    """Return what the English prose of Moodle says; that of another language is not known."""
    if not status.startswith("Submitted for grading"):
        return None
    return bool(re.search(r"\blate\b", status))


def _check_unique(path: Path, people: Sequence[Person]) -> None:
    for field in IDS:
        lines: dict[str, Person] = {}
        for person in people:
            value = getattr(person, field)
            other = lines.setdefault(folded(value), person) if value else person
            if other is not person:
                word = {"email": "e-mail address", "sis": "SIS id", "participant": "identifier"}.get(field, field)
                raise UsageError(
                    f"{path}, line {person.line}: the {word} {value} is already in line {other.line}. "
                    "Delete one of the two rows, or correct it."
                )


def _listed(header: Sequence[str]) -> str:
    shown = [f'"{title}"' for title in header[:12]]
    return ", ".join(shown) + (" and others" if len(header) > 12 else "")


FIELDS = tuple(field.name for field in fields(Person) if field.name not in ("line", "modified"))
