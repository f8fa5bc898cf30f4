"""A class as a folder: one entry for each student."""

from __future__ import annotations

from pathlib import Path

from ..errors import UsageError


def entries(source: Path) -> list[tuple[str, Path]]:
    """Return (student, path) for every folder, .py, .ipynb and .zip in ``source``, sorted.

    UsageError for none, and for two of one student: one report would take the place of the other.
    """
    if not source.is_dir():
        raise UsageError(f"{source} is not a folder. Give the folder that holds one entry for each student.")
    found = [
        (path.name if path.is_dir() else path.stem, path)
        for path in sorted(source.iterdir())
        if not path.name.startswith(".") and (path.is_dir() or path.suffix.lower() in (".py", ".ipynb", ".zip"))
    ]
    if not found:
        raise UsageError(f"{source} holds no submission: no folder, .py, .ipynb or .zip.")
    owners: dict[str, Path] = {}
    for student, path in found:
        if (other := owners.setdefault(student, path)) != path:
            raise UsageError(f"{source}: {other.name} and {path.name} are both of {student}; keep one of them.")
    return found
