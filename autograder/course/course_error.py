"""The errors of ``course.toml``: one sentence that names the key and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from ..errors import AutograderError

NAME: Final = "course.toml"
EXAMPLE = "2026-10-12T18:00"


def course_error(problem: str, *, separator: str = ": ") -> AutograderError:
    """Return the error ``course-file`` with the name of the file and a problem."""
    return AutograderError(f"{NAME}{separator}{problem}", slug="course-file")


def remedy(wanted: str, known: Iterable[str], otherwise: str) -> str:
    """Return "did you mean due?" if a known name resembles ``wanted``, or the other remedy."""
    close = difflib.get_close_matches(wanted, known, n=1)
    return f"did you mean {close[0]}?" if close else otherwise
