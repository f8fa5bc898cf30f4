"""What all formats have in common, and which format a source has."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from ..reports.class_rows import ClassRow

NAMES = ("folder",)  # modules of this package, in the order in which they are asked; the folder takes what is left


@dataclass(frozen=True, slots=True)
class Entry:
    """A student and the path of what was handed in. Two entries of one student are a conflict: neither is graded.

    ``received_at`` is the time of the other system, ISO 8601 with offset, or None if it does not tell.
    """

    student: str
    path: Path
    received_at: str | None = None


class Format(Protocol):
    """A module of this package: it reads what another system exports, and writes what that system imports."""

    def recognises(self, source: Path) -> bool:
        """Return whether ``source`` has this format; look at names only."""

    def entries(self, source: Path) -> list[Entry]:
        """Return the submissions of a class, sorted by student; UsageError names the place and the remedy."""

    def write_grades(self, rows: Sequence[ClassRow], path: Path) -> None:
        """Write the points of a class, the whole file or nothing."""


def named(name: str) -> Format:
    """Return the format of a name of ``NAMES``."""
    return cast(Format, importlib.import_module(f".{name}", __package__))


def detect(source: Path) -> Format:
    """Return the first format that recognises ``source``."""
    formats = [named(name) for name in NAMES]
    return next((each for each in formats if each.recognises(source)), formats[-1])
