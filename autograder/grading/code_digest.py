"""The digest of the code that judges: with that of an assignment it decides what an audit finds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1]

# Left out: what only words a message (messages), shows a finished report (reports) or calls an audit (the commands).
JUDGING_CODE = (
    "audit",
    "checks",
    "course",
    "grading",
    "guest",
    "model.py",
    "student",
    "values.py",
    "wall",
    "workers",
)


def digest_of_code() -> str:
    """Return the sha256 (hex) over the names and bytes of the files of the code that judges.

    It does not depend on where the files are, on their times, or on caches.
    """
    digest = hashlib.sha256()
    for path in _code():
        with open(f"{PACKAGE}/{path}", "rb") as file:
            content = file.read()
        # the length first, so that no two sets of files read the same
        digest.update(f"{path} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _code() -> Iterator[str]:
    """Yield the files of the judging code below ``PACKAGE`` in a fixed order, data files included.

    As texts, because every run for a platform computes the digest, and paths as objects took most of the time.
    """
    for name in JUDGING_CODE:
        yield from [name] if (PACKAGE / name).is_file() else _files_below(name)


def _files_below(folder: str) -> Iterator[str]:
    with os.scandir(PACKAGE / folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_file():
            yield f"{folder}/{entry.name}"
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _files_below(f"{folder}/{entry.name}")
