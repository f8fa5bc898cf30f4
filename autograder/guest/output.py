"""The standard streams of a worker. They count what they write, so that a reply tells how much its call printed."""

from __future__ import annotations

import io
import sys
from typing import Any

MAX_KEPT = 1 << 20  # bytes of each stream that are kept for one reply

_written = 0  # bytes since the last ``take_count``, on both streams
_kept: dict[int, bytearray] = {}  # what was written, by descriptor; empty unless ``keep`` was called


class CountedFile(io.FileIO):
    """A file that adds the bytes it writes to the count, and keeps them if that was asked for."""

    def write(self, data: Any, /) -> int:
        global _written
        size: int = super().write(data) or 0
        _written += size
        if _kept:
            kept = _kept[self.fileno()]
            kept += bytes(data[: min(size, MAX_KEPT - len(kept))])
        return size


def keep() -> None:
    """Keep what is written from now on, MAX_KEPT bytes of each stream, until ``take_kept`` takes it."""
    if not _kept:
        _kept.update({1: bytearray(), 2: bytearray()})


def take_kept() -> tuple[bytes, bytes]:
    """Return what was written to stdout and stderr since ``keep``, and keep nothing any more."""
    out, err = bytes(_kept.pop(1, b"")), bytes(_kept.pop(2, b""))
    _kept.clear()
    return out, err


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
