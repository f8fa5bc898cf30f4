"""The standard streams of a worker. They count what they write, so that a reply tells how much its call printed."""

from __future__ import annotations

import io
import sys
from typing import Any

_written = 0  # bytes since the last ``take_count``, on both streams


class CountedFile(io.FileIO):
    """A file that adds the bytes it writes to the count."""

    def write(self, data: Any, /) -> int:
        global _written
        size: int = super().write(data) or 0
        _written += size
        return size


def open_streams() -> None:
    """Open stdout and stderr on their descriptors.

    Each line is written when it is printed, because os._exit and crashes lose buffered text.
    """
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(
            io.BufferedWriter(CountedFile(fd, "w", closefd=False)),
            encoding="utf-8", errors="backslashreplace", line_buffering=True,
        )
        for fd in (1, 2)
    )  # fmt: skip


def take_count() -> int:
    """Return how many bytes were written since the last time."""
    global _written
    count, _written = _written, 0
    return count
