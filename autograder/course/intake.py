"""Reading an upload into memory, with limits. No code is run, and no file is written to disk.

A file is read only if it is a regular file, not a link, and if its name is a plain path. Sizes are counted while
reading, because archive headers can be wrong.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

from ..errors import SubmissionRejected
from ..messages import say
from . import installed, near_misses
from .file_names import checked, decoded, inside, is_ignored, shown

UPLOAD_BYTES = 10 * 2**20  # of one .py, .ipynb or .zip as received
UNPACKED_BYTES = 20 * 2**20  # of all files together
FILES = 200
ENTRIES = 5_000  # including ignored ones: a .git folder has some thousand


@dataclass(slots=True)
class Intake:
    """The files read so far, and what is left of the limits for all files together."""

    files: dict[str, bytes] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    packages: installed.InstalledPackages = field(default_factory=installed.InstalledPackages)
    bytes_left: int = UNPACKED_BYTES
    entries_left: int = ENTRIES

    def count(self, entries: int) -> None:
        self.entries_left -= entries
        if self.entries_left < 0:
            raise SubmissionRejected(say("submission.entries", limit=ENTRIES))

    def take(self, name: str, stream: IO[bytes]) -> None:
        """Read one file with a relative name.

        Raises:
            SubmissionRejected: the name is invalid or a duplicate, or a limit is exceeded.
        """
        name = checked(unicodedata.normalize("NFC", name))
        # names that differ only on some file systems could hide one file behind the other
        other = self.folded.setdefault(unicodedata.normalize("NFC", name.casefold()), name)
        if other != name or name in self.files:
            raise SubmissionRejected(say("submission.duplicate", name=shown(name), other=shown(other)))
        if len(self.files) == FILES:
            raise SubmissionRejected(say("submission.files", limit=FILES))
        content = stream.read(self.bytes_left + 1)
        self.bytes_left -= len(content)
        if self.bytes_left < 0:
            raise SubmissionRejected(say("submission.unpacked", limit=UNPACKED_BYTES // 2**20))
        self.files[name] = content


def read_upload(path: Path) -> bytes:
    content = read_plain(path, path.name, UPLOAD_BYTES)
    if len(content) > UPLOAD_BYTES:
        raise _too_large(content, say("submission.large", name=shown(path.name), limit=UPLOAD_BYTES // 2**20))
    return content


def _too_large(archive: bytes, otherwise: str) -> SubmissionRejected:
    """Return the exception for an archive that is too large: it names a folder of packages, if there is one."""
    folder = installed.bulky_folder(archive)
    return SubmissionRejected(say("submission.bulky", name=shown(folder)) if folder else otherwise)


# Windows lacks the first two flags; there, too, open_plain checks the type of the file
_PLAIN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_plain(path: str | Path, name: str) -> IO[bytes]:
    """Open a regular file without other hard links.

    Raises:
        SubmissionRejected: the file is of another kind, or cannot be opened.
    """
    try:
        descriptor = os.open(path, _PLAIN_FLAGS)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
                raise SubmissionRejected(say("submission.link", name=shown(name)))
            return os.fdopen(descriptor, "rb")
        except BaseException:
            os.close(descriptor)
            raise
    except OSError as exc:
        id = "submission.link" if exc.errno in (errno.ELOOP, errno.ENXIO) else "submission.unreadable"
        raise SubmissionRejected(say(id, name=shown(name))) from exc


def read_plain(path: str | Path, name: str, limit: int) -> bytes:
    """Return up to ``limit`` + 1 bytes of a file of :func:`open_plain`.

    Raises:
        SubmissionRejected: the file is of another kind, or cannot be read.
    """
    with open_plain(path, name) as stream:
        try:
            return stream.read(limit + 1)
        except OSError as exc:
            raise SubmissionRejected(say("submission.unreadable", name=shown(name))) from exc


def take_folder(folder: Path, intake: Intake, above: str = "") -> None:
    """Read every file in ``folder`` and its subfolders. The student must not be able to change them meanwhile."""
    try:
        with os.scandir(folder) as scan:
            entries = sorted(islice(scan, intake.entries_left + 1), key=lambda entry: entry.name)
    except OSError as exc:
        raise SubmissionRejected(say("submission.unreadable", name=shown(above or folder.name))) from exc
    intake.count(len(entries))
    for entry in entries:
        name = f"{above}{decoded(entry.name)}"
        is_folder = entry.is_dir(follow_symlinks=False)
        marked = [name] if is_folder and os.path.lexists(os.path.join(entry.path, installed.MARKER)) else []
        if (is_folder and intake.packages.contain(name, marked)) or is_ignored(entry.name):
            continue
        if is_folder:
            take_folder(Path(entry.path), intake, f"{checked(name)}/")
        elif entry.is_file(follow_symlinks=False):
            intake.take(name, io.BytesIO(read_plain(entry.path, name, intake.bytes_left)))
        else:
            raise SubmissionRejected(say("submission.link", name=shown(name)))


# --- archives

DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, LookupError, OverflowError)
"""The exceptions of zipfile for invalid archives, including their subclasses UnicodeError and NotImplementedError."""

ENCRYPTED = 0x1 | 0x40 | 0x2000  # flag bits: password, strong encryption, hidden headers


def take_archive(file: str, archive: bytes, intake: Intake) -> None:
    if kind := near_misses.archive_kind("", archive):
        raise SubmissionRejected(say("submission.archive", name=shown(file), kind=kind))
    # every entry that zipfile lists begins with these bytes; the count in the header at the end can be wrong
    entries_in_all = archive.count(b"PK\x01\x02")
    if entries_in_all > intake.entries_left:
        raise _too_large(archive, say("submission.entries", limit=ENTRIES))
    intake.count(entries_in_all)
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = list(_plain_entries(opened, intake.packages))
            if sum(info.compress_size for _, info in entries) > len(archive):
                raise zipfile.BadZipFile("entries overlap")  # many entries share one body: a small upload, a long read
            for name, info in entries:
                with opened.open(info) as stream:
                    intake.take(name, stream)
    except DAMAGE as exc:
        raise SubmissionRejected(say("submission.damaged")) from exc


def _plain_entries(
    opened: zipfile.ZipFile, packages: installed.InstalledPackages
) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Yield name and header of every file that is neither ignored nor below ``packages``.

    Raises:
        SubmissionRejected: an entry is not a regular file, is encrypted, or has an unsafe name.
    """
    raw_names = [entry_name(info) for info in opened.infolist()]
    if not any("/" in raw for raw in raw_names):  # some tools for Windows separate folders by backslashes
        raw_names = [raw.replace("\\", "/") for raw in raw_names]
    environments = installed.environments_of(raw_names)
    for raw, info in zip(raw_names, opened.infolist(), strict=True):
        name = inside(raw)
        if packages.contain(name if raw.endswith("/") else name.rpartition("/")[0], environments):
            continue
        kind = stat.S_IFMT(info.external_attr >> 16)  # 0 if the archive has no Unix modes
        if raw.endswith("/") or kind == stat.S_IFDIR or any(map(is_ignored, name.split("/"))):
            continue
        if kind not in (0, stat.S_IFREG):
            raise SubmissionRejected(say("submission.link", name=shown(name)))
        if info.flag_bits & ENCRYPTED:
            raise SubmissionRejected(say("submission.encrypted"))
        # other compression methods cannot be read in steps of limited size
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SubmissionRejected(say("submission.method"))
        yield name, info


def entry_name(info: zipfile.ZipInfo) -> str:
    """Return the decoded name of an entry: macOS writes UTF-8 and Korean Windows writes CP949, both without a flag."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437")  # zipfile has decoded every byte as one character of this code page
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename
