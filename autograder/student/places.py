"""The line of a test that is running now, for errors of a suite."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from typing import Any

from ..messages import say
from . import libraries


def place_of_test() -> str:
    """Return file and line of the innermost line that is neither ours nor Python's nor a library's."""
    return place_in(traceback.walk_stack(None))


def place_in(frames: Iterable[tuple[Any, int]]) -> str:
    """Return the first of ``frames`` that belongs to a test, as "test_a.py, line 3"."""
    for frame, line in frames:
        file = frame.f_code.co_filename
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith("autograder.") and not libraries.is_library_file(file):
            return say("module.place", file=file.rpartition("/")[2], line=line)
    return say("module.suite")
