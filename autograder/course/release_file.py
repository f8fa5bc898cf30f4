"""``release.json``: what a student repository was released with.

It is written by ``autograder release`` and read by ``autograder update``, by ``autograder grade`` and by the file
``grade.py`` of a release.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ..errors import AutograderError

NAME: Final = "release.json"
UPDATE_FOLDER: Final = ".update"
"""The folder of an update that was interrupted; see ``authoring/journal.py``."""

SCHEMA: Final = 1
_RESERVED = (".git", ".venv", NAME, UPDATE_FOLDER)  # no release replaces these as one of its files

Release = dict[str, Any]
"""The checked content of a release.json. ``changed`` and ``beside`` are there, if only empty."""


def parse(text: bytes, *, shown: str) -> Release:
    """Return the content of a release.json; ``shown`` is its path in messages.

    Raises:
        AutograderError: ``release-damaged``, with the place and the remedy.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise _damaged(shown, f"is damaged ({exc})") from exc
    if not isinstance(found, dict):
        raise _damaged(shown, "is damaged (it is not a JSON object)")
    if isinstance(found.get("schema"), int) and found["schema"] > SCHEMA:
        raise AutograderError(
            f"{shown} has format {found['schema']}, and this version of the grader reads format {SCHEMA}. Install the "
            "wheel that lies in the folder wheels of that release, then run the command again.",
            slug="release-damaged",
        )
    found.setdefault("changed", {})
    found.setdefault("beside", {})
    for key, is_right in _KEYS.items():
        if key not in found or not is_right(found[key]):
            raise _damaged(shown, f'is damaged (its entry "{key}" is missing or wrong)')
    for name in (*found["files"], *found["beside"], *(f"assignments/{slug}" for slug in found["assignments"])):
        if not is_plain(name):
            raise _damaged(shown, f"is damaged (it names {name!r}, which is not a path in a release)")
    return found


def read(path: Path) -> Release:
    """Read and check the release.json at ``path``.

    Raises:
        AutograderError: ``release-damaged`` if it cannot be read or is wrong.
    """
    try:
        return parse(path.read_bytes(), shown=str(path))
    except OSError as exc:
        raise _damaged(str(path), f"cannot be read ({exc.strerror})") from exc


def changes(root: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Return the visible cases that releases changed, by assignment: the date of the last one, and a digest.

    It is empty in a course folder, and if the file is damaged: grading does not depend on it.
    """
    try:
        found: dict[str, dict[str, dict[str, str]]] = read(root / NAME)["changed"]
    except AutograderError:
        return {}
    return found


def to_bytes(release: Release) -> bytes:
    """Return the text of a release.json. What only an update writes is left out while it is empty."""
    found = {key: value for key, value in release.items() if value or key not in ("changed", "beside")}
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def is_plain(name: str) -> bool:
    """Return whether a path stays in its folder on every system, and is not one that belongs to git or to us."""
    parts = name.split("/")
    return (
        name.isprintable()
        and not any(part in ("", ".", "..") or set(part) & set('\\:*?"<>|') for part in parts)
        and parts[0].casefold() not in _RESERVED
    )


def _damaged(shown: str, problem: str) -> AutograderError:
    return AutograderError(
        f"{shown} {problem}. Nothing was changed. Take the file {NAME} of the release that you received (in a git "
        f"repository: git checkout {NAME}), then run the command again.",
        slug="release-damaged",
    )


def _texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _changed(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(cases, dict) and all(isinstance(each, dict) and each.keys() >= _CHANGE for each in cases.values())
        for cases in value.values()
    )


def _is_assignment(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("title"), str)
        and isinstance(value.get("points"), int | float)
        and isinstance(value.get("torch"), bool)
    )


_CHANGE = {"date", "digest"}
_KEYS: dict[str, Callable[[Any], bool]] = {
    "schema": lambda value: value == SCHEMA,
    "date": lambda value: isinstance(value, str),
    "commit": lambda value: isinstance(value, str),
    "message": lambda value: isinstance(value, str),
    "wheel": lambda value: isinstance(value, str),
    "assignments": lambda value: isinstance(value, dict) and all(_is_assignment(each) for each in value.values()),
    "files": _texts,
    "changed": _changed,
    "beside": _texts,
}
