"""What an upload contains, also one that cannot be opened as a submission: for its digest and for its copy.

It is what the reader of submissions looks at (``course/intake.py``): no ignored files, no installed packages, and of a
folder that is too large only so much that it is refused. No link is followed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..course import installed
from ..course.file_names import DEPTH, decoded, is_ignored, shown
from ..course.intake import ENTRIES, UNPACKED_BYTES, open_plain
from ..errors import SubmissionRejected
from ..messages import say

CHUNK = 2**20


class Kind(StrEnum):
    """What an item is. A link is also a special file, or a file with other hard links: the reader refuses them all."""

    FOLDER = "folder"
    PACKAGES = "packages"  # a folder of installed packages; what is in it does not count
    FILE = "file"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Item:
    """A file or folder of an upload. ``name`` is relative to the path that was handed in, and "" for that one."""

    name: str
    kind: Kind
    path: Path
    size: int | None = None  # of a file in a folder: how many bytes count

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes of a file.

        Raises:
            SubmissionRejected: it cannot be read.
        """
        left = self.size
        with open_plain(self.path, self.path.name) as stream:
            while chunk := stream.read(CHUNK if left is None else min(CHUNK, left)):
                left = None if left is None else left - len(chunk)
                yield chunk


def items_of(path: Path) -> Iterator[Item]:
    """Yield what was handed in as ``path``: each folder, then what is in it, sorted by name.

    The items of an exact copy are the same.

    Raises:
        SubmissionRejected: a folder cannot be read, or there is no such path.
    """
    try:
        kind = _kind(path.lstat())
    except OSError as exc:
        raise _unreadable(path.name) from exc
    yield Item("", kind, path)
    if kind is Kind.FOLDER:
        yield from _in_folder(path, "", _Room(), depth=0)


def raw_digest(paths: Sequence[Path]) -> str:
    """Return the sha256 of names, kinds and bytes: another upload has another digest, whatever was handed in."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.name!a}\n".encode())
        try:
            for item in items_of(path):
                if item.name:
                    digest.update(f"{item.kind} {item.name!a}\n".encode())
                if item.kind is Kind.FILE:
                    digest.update(_digest_of(item))
        except (OSError, SubmissionRejected):
            digest.update(b"unreadable\n")
    return digest.hexdigest()


def _digest_of(item: Item) -> bytes:
    digest = hashlib.sha256()
    for chunk in item.chunks():
        digest.update(chunk)
    return digest.digest()


@dataclass(slots=True)
class _Room:
    """How much of a folder still counts: one more than the reader takes, so that it refuses what is larger."""

    entries: int = ENTRIES + 1
    bytes: int = UNPACKED_BYTES + 1


def _in_folder(folder: Path, above: str, room: _Room, *, depth: int) -> Iterator[Item]:
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as exc:
        raise _unreadable(folder.name) from exc
    for entry in entries:
        name, path = f"{above}{entry.name}", Path(entry.path)
        status = entry.stat(follow_symlinks=False)
        kind = _kind(status)
        if kind is Kind.FOLDER and _has_packages(path):
            yield Item(name, Kind.PACKAGES, path)
            continue
        if is_ignored(entry.name):
            continue
        room.entries -= 1
        if room.entries < 0 or room.bytes <= 0:
            return
        if kind is Kind.FILE:
            size = min(status.st_size, room.bytes)
            room.bytes -= size
            yield Item(name, kind, path, size)
            continue
        yield Item(name, kind, path)
        if kind is Kind.FOLDER and depth < DEPTH:  # the reader refuses a deeper one, whatever is in it
            yield from _in_folder(path, f"{name}/", room, depth=depth + 1)


def _kind(status: os.stat_result) -> Kind:
    if stat.S_ISDIR(status.st_mode):
        return Kind.FOLDER
    return Kind.FILE if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 else Kind.LINK


def _has_packages(folder: Path) -> bool:
    name = decoded(folder.name)
    marked = [name] if os.path.lexists(folder / installed.MARKER) else []
    return installed.InstalledPackages().contain(name, marked)


def _unreadable(name: str) -> SubmissionRejected:
    return SubmissionRejected(say("submission.unreadable", name=shown(name)))
