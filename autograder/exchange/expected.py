"""The files of a submission as the assignment names them: a system may rename them, a repository contains more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from .formats import Record

_MADE_UNIQUE = re.compile(r"(?P<stem>.+)-\d+(?:-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?(?P<ending>\.py|\.ipynb)")
"""Canvas adds a number to a name that it has already, and then a UUID; it does not count attempts."""


def as_expected(record: Record, slug: str, modules: tuple[str, ...]) -> Record:
    """Return a record with the files of one assignment, under the names of its modules where only a number was added.

    A repository of all assignments is reduced to the folder of this one.
    """
    files = _inside(record.files, f"assignments/{slug}/")
    files = {_named(path, modules, files): name for path, name in files.items()}
    choices = {id: _named(path, modules, {}) for id, path in record.choices.items()}
    return replace(record, files=files, choices=choices)


def _inside(files: Mapping[str, str], folder: str) -> Mapping[str, str]:
    return {path.removeprefix(folder): name for path, name in files.items() if path.startswith(folder)} or files


def _named(path: str, modules: tuple[str, ...], files: Mapping[str, str]) -> str:
    match = _MADE_UNIQUE.fullmatch(path)
    name = f"{match['stem']}{match['ending']}" if match else path
    return name if match and match["stem"] in modules and name not in files else path
