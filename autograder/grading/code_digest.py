"""The digest of the code that judges: with that of an assignment it decides what an audit finds."""

from __future__ import annotations

import hashlib
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
        content = (PACKAGE / path).read_bytes()
        # the length first, so that no two sets of files read the same
        digest.update(f"{path.as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _code() -> Iterator[Path]:
    """Yield the files of the judging code below ``PACKAGE`` in a fixed order, data files included."""
    for name in JUDGING_CODE:
        place = PACKAGE / name
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            relative = path.relative_to(PACKAGE)
            if path.is_file() and "__pycache__" not in relative.parts:
                yield relative
