"""What all formats have in common, and which format a source has."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from ..reports.class_rows import ClassRow
    from .archive import Source
    from .roster import Roster

NAMES = ("folder",)  # modules of this package, in the order in which they are asked; the folder takes what is left


@dataclass(frozen=True, slots=True)
class Entry:
    """A student and the path of what was handed in. Two entries of one student are a conflict: neither is graded.

    ``received_at`` is the time of the other system, ISO 8601 with offset, or None if it does not tell. So is ``late``.
    ``attempt`` is what the other system calls this attempt, or "". ``earlier`` are the attempts of this student before
    it, in order, if the source has them.
    """

    student: str
    path: Path
    received_at: str | None = None
    late: bool | None = None
    attempt: str = ""
    earlier: tuple[Entry, ...] = ()


class Format(Protocol):
    """A module of this package: it reads what another system exports, and writes what that system imports."""

    def recognises(self, source: Path) -> bool:
        """Return whether ``source`` has this format; look at names only."""

    def entries(self, source: Path) -> list[Entry]:
        """Return the submissions of a class, sorted by student; UsageError names the place and the remedy."""

    def write_grades(self, rows: Collection[ClassRow], path: Path) -> None:
        """Write the points of a class, the whole file or nothing."""


def named(name: str) -> Format:
    """Return the format of a name of ``NAMES``."""
    return cast(Format, importlib.import_module(f".{name}", __package__))


def detect(source: Path) -> Format:
    """Return the first format that recognises ``source``."""
    formats = [named(name) for name in NAMES]
    return next((each for each in formats if each.recognises(source)), formats[-1])


# --- exports of other systems

READERS = ("gradescope", "moodle", "blackboard", "brightspace", "canvas", "git_clones", "nbgrader", "table", "folder")
"""Modules of this package, in the order in which they are asked; the folder takes what is left."""

AT_THE_TOP = frozenset(("moodle", "blackboard", "brightspace", "canvas"))
"""Of these, the ones that know no folder around all entries."""


@dataclass(frozen=True, slots=True)
class Who:
    """What an export says about a person; "" stands for what it does not say.

    ``participant`` is Moodle's number of the person in one assignment.
    """

    id: str = ""
    login: str = ""
    email: str = ""
    name: str = ""
    participant: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One submission of an export, or one file of it.

    ``entry`` names it in the report and in a mapping file. ``files`` maps paths inside the submission to names in the
    export; ``entries`` are all of its original names there, in order. Several people in ``who``, or a ``group``, handed
    it in together. ``attempt`` orders the submissions of one person. ``received_at`` is ISO 8601 with offset; it is
    None, and so is ``late``, if the export does not tell.

    ``problem`` says why the format cannot tell whose it is. ``choices`` has the path of the file for the id of each
    person that it may belong to. A ``part`` is one file: all parts of a person are one submission. ``too_late`` says
    why nothing of it counts.
    """

    entry: str
    files: Mapping[str, str]
    entries: tuple[str, ...]
    who: tuple[Who, ...] = ()
    group: str = ""
    attempt: str = ""
    received_at: str | None = None
    late: bool | None = None
    problem: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    part: bool = False
    too_late: str = ""


class Reader(Protocol):
    """A module of this package that reads an export; it needs the roster to tell where a name ends in a file name."""

    def recognises(self, source: Source) -> bool:
        """Return whether most names of ``source`` have this format."""

    def records(self, source: Source, roster: Roster) -> list[Record]:
        """Return the submissions, in the order of the export; UsageError names the place and the remedy."""


def reader_of(source: Source, name: str = "auto") -> tuple[str, Reader]:
    """Return the name and the module of the format ``name``, or of the first one that recognises ``source``.

    If none does, they look into the only folder at the top, which ``source`` then drops from its names.
    """
    *known, rest = READERS if name == "auto" else (name,)
    found = _first(known, source)
    wrapped = [each for each in (*known, rest) if each in AT_THE_TOP]
    if found is None and _first(wrapped, source) is None and source.enter():
        found = _first(wrapped, source)
        if found is None:
            source.leave()
    return found or rest, _reader(found or rest)


def _first(names: Sequence[str], source: Source) -> str | None:
    return next((name for name in names if _reader(name).recognises(source)), None)


def _reader(name: str) -> Reader:
    module = "nbgrader_folders" if name == "nbgrader" else name  # that module imports nbgrader
    return cast(Reader, importlib.import_module(f".{module}", __package__))
