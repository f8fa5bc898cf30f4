"""A class as a folder: one entry for each student. Its grades are a CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from ..model import Report
from .formats import Entry


def recognises(source: Path) -> bool:
    """Return whether ``source`` is a folder."""
    return source.is_dir()


def entries(source: Path) -> list[Entry]:
    """Return (student, path) for every folder, .py, .ipynb and .zip in ``source``, sorted.

    Raises:
        UsageError: there is none, or two are of one student, so that one report would replace the other.
    """
    if not source.is_dir():
        raise UsageError(f"{source} is not a folder. Give the folder that holds one entry for each student.")
    found = [
        (path.name if path.is_dir() else path.stem, path)
        for path in sorted(source.iterdir())
        if not path.name.startswith(".") and (path.is_dir() or path.suffix.lower() in (".py", ".ipynb", ".zip"))
    ]
    if not found:
        raise UsageError(f"{source} contains no submission (a folder, .py, .ipynb or .zip).")
    owners: dict[str, Path] = {}
    for student, path in found:
        if (other := owners.setdefault(student, path)) != path:
            raise UsageError(f"{source}: {other.name} and {path.name} are both of {student}; keep one of them.")
    return found


def write_grades(reports: Sequence[Report], path: Path) -> None:
    """Write the points of a class as CSV."""
    from . import csv_grades  # with rich, which a usage error does not need

    csv_grades.write_grades(reports, path)
