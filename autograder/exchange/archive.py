"""The files of an export: those of a zip, or of the folder into which somebody unpacked it.

An export comes from the other system, but students choose the names and the bytes of its files. Names are checked
before the first file is read, and sizes are counted while reading, because the headers of an archive can be wrong.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..course.file_names import decoded, is_ignored, shown
from ..course.intake import DAMAGE, ENCRYPTED, entry_name, read_plain
from ..errors import SubmissionRejected, UsageError

ENTRIES = 50_000  # files and folders: a course of 1,000 with 50 each
DIRECTORY_BYTES = 16 * 2**20  # of the list of entries at the end of a zip; read before anything else
FILE_BYTES = 200 * 2**20  # of one file
TOTAL_BYTES = 4 * 2**30  # of all files together
RATIO = 200  # unpacked to packed, of a file above 1 MiB; text reaches about 20


# In Moodle, who has one name only may be called ". Suharto". No computer adds a file of such a name.
_DOT_AS_A_NAME = re.compile(r"\.[^/_]*(?:_\d+)?_assign(?:submission|feedback)_")


@dataclass(frozen=True, slots=True)
class _File:
    """Where a file lies: a path, an entry of the zip, or a commit, which ``content`` reads up to a limit."""

    path: Path | None = None
    info: zipfile.ZipInfo | None = None
    content: Callable[[int], bytes] | None = None


class Source:
    """The files of a zip or a folder. Close it after use, or use it as a context manager.

    ``names`` are the paths of the files, with "/", as they are written there. ``ignored`` are the files and folders
    that computers add by themselves. ``table`` is the CSV file that lists the submissions, or None.
    """

    def __init__(self, path: Path, *, table: Path | None = None, only: Collection[str] | None = None) -> None:
        """Open ``path`` and check all names. ``only`` are the entries of a folder that count: those that a table names.

        Raises:
            UsageError: it is no zip and no folder, is damaged, too large, or has an unsafe entry; names the entry.
        """
        self.path = path
        self.table = table
        self._zip: zipfile.ZipFile | None = None
        self._left = TOTAL_BYTES
        self._ignored: dict[str, None] = {}
        self._inside = ""
        if not path.exists():
            raise UsageError(f"{path} does not exist. Name the export of the other system, a zip or a folder.")
        if path.is_dir():
            self._files = dict(self._of_folder(only))
        else:
            self._zip = _opened(path)
            try:
                self._files = dict(self._of_zip(self._zip))
            except BaseException:
                self._zip.close()
                raise
        self._check_equal()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        if self._zip:
            self._zip.close()

    @property
    def names(self) -> Sequence[str]:
        return tuple(self._files)

    @property
    def ignored(self) -> Sequence[str]:
        return tuple(self._ignored)

    def leave_out(self, name: str) -> None:
        """Move a file that the other system adds from ``names`` to ``ignored``."""
        del self._files[name]
        self._ignored[name] = None

    def add(self, name: str, content: Callable[[int], bytes]) -> None:
        """Add a file that is neither in the folder nor in the zip. ``content`` reads it up to a limit of bytes."""
        self._files[name] = _File(content=content)
        _check_count(self.path, len(self._files))

    def enter(self) -> bool:
        """Drop the only folder at the top from all names, if there is one; return whether there is.

        A computer adds it if somebody packs an unpacked export again: no other system has it in its names.
        """
        tops = list(self.tops())
        if len(tops) != 1 or tops[0] in self._files:
            return False
        self._inside = f"{tops[0]}/"
        self._files = {name.removeprefix(self._inside): file for name, file in self._files.items()}
        return True

    def leave(self) -> None:
        """Undo :meth:`enter`."""
        self._files = {f"{self._inside}{name}": file for name, file in self._files.items()}
        self._inside = ""

    def tops(self) -> dict[str, list[str]]:
        """Return the files below each entry at the top; a file at the top contains itself."""
        found: dict[str, list[str]] = {}
        for name in self._files:
            found.setdefault(name.partition("/")[0], []).append(name)
        return found

    def read(self, name: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            UsageError: it is damaged or too large, or all files together are.
        """
        file = self._files[name]
        limit = min(FILE_BYTES, self._left)
        if file.path is not None:
            try:
                content = read_plain(file.path, name, limit)
            except SubmissionRejected as exc:
                raise self._error(
                    name, "is a link, is a special file, or cannot be read. Replace it by a copy"
                ) from exc
        elif file.content is not None:
            content = file.content(limit)
        else:
            assert self._zip and file.info
            try:
                with self._zip.open(file.info) as stream:
                    content = stream.read(limit + 1)
            except (*DAMAGE, OSError) as exc:
                raise self._error(name, "is damaged. Download the export again") from exc
            if len(content) > max(2**20, RATIO * file.info.compress_size):
                raise self._error(name, f"unpacks to more than {RATIO} times its size. Remove it from the export")
        self._left -= len(content)
        if len(content) > limit:
            most = f"{FILE_BYTES // 2**20} MiB for one file and {TOTAL_BYTES // 2**30} GiB for all"
            raise self._error(name, f"is too large; the limit is {most}. Remove it from the export")
        return content

    def _error(self, name: str, problem: str) -> UsageError:
        return UsageError(f"{self.path}: the entry {shown(name)} {problem}.")

    def _take(self, name: str) -> bool:
        """Return whether a file or folder counts; note the first part of its path that does not."""
        parts = name.split("/")
        for end, part in enumerate(parts, 1):
            if is_ignored(part) and not _DOT_AS_A_NAME.match(part):
                self._ignored["/".join(parts[:end])] = None
                return False
        return True

    def _of_zip(self, opened: zipfile.ZipFile) -> Iterator[tuple[str, _File]]:
        infos = opened.infolist()
        _check_count(self.path, len(infos))
        if sum(info.compress_size for info in infos) > self.path.stat().st_size:
            raise UsageError(f"{self.path} is damaged: its entries overlap. Download the export again.")
        seen: set[str] = set()
        for info in infos:
            name = entry_name(info)
            self._check(name, info)
            if name.endswith("/") or stat.S_ISDIR(info.external_attr >> 16) or not self._take(name):
                continue
            if name in seen:
                raise self._error(name, "is there twice. Download the export again, in another layout if there is one")
            seen.add(name)
            yield name, _File(info=info)

    def _check(self, name: str, info: zipfile.ZipInfo) -> None:
        parts = name.rstrip("/").split("/")
        if "\0" in name or "\\" in name or "" in parts or "." in parts:
            raise self._error(name, "has a name that no system writes. Download the export again, or remove the entry")
        if ".." in parts or re.match(r"[A-Za-z]:(/|$)", name):
            raise self._error(name, "leads out of the archive. Remove it from the export")
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise self._error(name, "is a link or a special file. Remove it from the export")
        if info.flag_bits & ENCRYPTED:
            raise self._error(name, "is encrypted. Unpack the export with its password, and name the folder")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._error(name, "is packed in an unusual way. Unpack the export, and name the folder")

    def _of_folder(self, only: Collection[str] | None) -> Iterator[tuple[str, _File]]:
        count = 0
        waiting = [(self.path, "")]
        while waiting:
            folder, above = waiting.pop(0)
            for entry in self._scanned(folder):
                name = f"{above}{decoded(entry.name)}"
                if (not above and only is not None and entry.name not in only) or not self._take(name):
                    continue
                count += 1
                _check_count(self.path, count)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((Path(entry.path), f"{name}/"))
                elif entry.is_file(follow_symlinks=False):
                    yield name, _File(path=Path(entry.path))
                else:
                    raise self._error(name, "is a link or a special file. Replace it by a copy, or remove it")

    def _scanned(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as scan:
                return sorted(scan, key=lambda entry: entry.name)
        except OSError as exc:
            raise UsageError(f"{folder} cannot be read: {exc.strerror}. Check its permissions.") from exc

    def _check_equal(self) -> None:
        found: dict[str, str] = {}
        for name in self._files:
            other = found.setdefault(unicodedata.normalize("NFC", name), name)
            if other != name:
                raise self._error(
                    name, "is there twice, in two Unicode forms. Unpack the export and remove one of them"
                )


def _check_count(path: Path, count: int) -> None:
    if count > ENTRIES:
        raise UsageError(f"{path} has more than {ENTRIES:,} entries. Export one assignment at a time.")


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        if _directory_bytes(path) > DIRECTORY_BYTES:
            raise UsageError(f"{path} has more than {ENTRIES:,} entries. Export one assignment at a time.")
        return zipfile.ZipFile(path)
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}. Check its permissions.") from exc
    except DAMAGE as exc:
        raise UsageError(f"{path} is not a zip archive, or only a part of one. Download the export again.") from exc


def _directory_bytes(path: Path) -> int:
    """Return the size of the list of entries, as the end of the file states it; zipfile reads it whole."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 2**16 - 200))
        tail = file.read()
    at, at_64 = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    if at_64 >= 0:
        return int(struct.unpack_from("<Q", tail, at_64 + 40)[0])
    return int(struct.unpack_from("<I", tail, at + 12)[0]) if at >= 0 else 0
