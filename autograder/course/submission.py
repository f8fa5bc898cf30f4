"""What was handed in: a folder, a .py, a .ipynb or a .zip, read into memory; nothing is run, nothing written to disk.

Every upload is taken for hostile. A file is read only if it is a plain file (no link is followed) and its name is a
plain path; sizes are counted while reading, because headers lie. Anything else is refused with
:class:`SubmissionRejected`, one sentence for the student.
"""

from __future__ import annotations

import difflib
import errno
import hashlib
import io
import os
import re
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

from autograder.course import notebook
from autograder.course.assignment import Assignment
from autograder.errors import SubmissionRejected, UsageError
from autograder.messages import say
from autograder.model import SubmissionInfo

UPLOAD_BYTES = 10 * 2**20  # one .py, .ipynb or .zip as received
UNPACKED_BYTES = 20 * 2**20  # all files together
FILES = 200
ENTRIES = 5_000  # looked at, including what is ignored: a .git folder has some thousand
DEPTH = 16
PATH_CHARACTERS = 500

IGNORED = frozenset({"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini", "Icon\r"})
"""What computers put beside files by themselves; names that start with a dot are ignored as well."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's files as received.

    ``files`` maps relative posix names (NFC) to bytes. ``modules`` holds, for each module that was asked for and
    found, its source as bytes of any encoding (a notebook already turned into a module); ``origins`` names the
    file that it came from. ``sha256`` covers names and bytes of ``files``. ``notes`` are sentences for the student.
    """

    student: str | None
    received_at: str | None
    sha256: str
    files: dict[str, bytes] = field(hash=False, repr=False)
    modules: dict[str, bytes] = field(hash=False, repr=False)
    origins: dict[str, str] = field(hash=False)
    notes: tuple[str, ...]

    def info(self) -> SubmissionInfo:
        """Return who handed in what, when, for the report."""
        return SubmissionInfo(student=self.student, sha256=self.sha256, received_at=self.received_at)

    def place(self, module: str, line: int) -> tuple[str, int]:
        """Return file and line, as the student knows them, of a line of ``modules[module]``.

        A line that came from a notebook is placed in its cell: ``("logistic.ipynb, cell 3", 2)``.
        """
        origin = self.origins.get(module, f"{module}.py")
        cell = notebook.cell_of(self.modules[module], line) if _is_notebook(origin) else None
        return (say("submission.cell", file=origin, cell=cell[0]), cell[1]) if cell else (origin, line)

    def explain_missing(self, module: str) -> str:
        """Return the sentence that says which file is missing and, if there is one, which file was probably meant."""
        others = [name for name in self.files if name not in self.origins.values()]
        found = _meant(module, others)
        if found is None:
            return say("student.no-file", file=f"{module}.py")
        file = f"{module}.ipynb" if _is_notebook(found) else f"{module}.py"
        if found.endswith(f"/{file}"):
            return say("student.no-file-place", file=file, found=_shown(found))
        return say("student.no-file-but", file=file, found=_shown(found))


def open(
    path: Path, assignment: Assignment, *, student: str | None = None, received_at: str | None = None
) -> Submission:
    """Read what was handed in for ``assignment``; what is missing is left for the grader to say.

    ``received_at`` is an ISO 8601 time with offset, or None: the times inside an archive are not believed.
    Raises UsageError for a path that cannot be a submission, SubmissionRejected for files that cannot be opened safely.
    """
    files = _files_at(path)
    origins = _origins(files, assignment.modules)
    if not origins and len(assignment.modules) == 1 and path.suffix.lower() == ".py" and not path.is_dir():
        origins = dict(zip(assignment.modules, files, strict=True))  # one module, one file, whatever its name
    return Submission(
        student=student,
        received_at=received_at,
        sha256=_digest(files),
        files=files,
        modules={module: _source(name, files[name]) for module, name in origins.items()},
        origins=origins,
        notes=tuple(_notes(files, origins)),
    )


def _files_at(path: Path) -> dict[str, bytes]:
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError) as exc:
        raise UsageError(f"{path} cannot be read. Give a folder, or a .py, .ipynb or .zip file.") from exc
    intake = _Intake()
    ending = path.suffix.lower()
    if stat.S_ISLNK(mode):
        raise SubmissionRejected(say("submission.link", name=_shown(path.name)))
    if stat.S_ISDIR(mode):
        _take_folder(path, intake)
    elif ending == ".zip":
        _take_archive(_upload(path), intake)
    elif ending in (".py", ".ipynb"):
        intake.take(path.name, io.BytesIO(_upload(path)))
    else:
        raise UsageError(f"{path} is not a submission. Give a folder, or a .py, .ipynb or .zip file.")
    return _unwrapped(dict(sorted(intake.files.items())))


def _digest(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        # lengths first, so that no two sets of files read the same
        digest.update(f"{len(name.encode())} {name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _unwrapped(files: dict[str, bytes]) -> dict[str, bytes]:
    """Take away folders that hold everything: most archives are made of a folder, not of its files."""
    while files and all("/" in name for name in files) and len({name.partition("/")[0] for name in files}) == 1:
        files = {name.partition("/")[2]: content for name, content in files.items()}
    return files


# Which file is which module


def _origins(files: dict[str, bytes], asked: tuple[str, ...]) -> dict[str, str]:
    """Return the file of each module that is there: its .py, else its notebook, else the only notebook."""
    origins = {}
    for module in asked:
        names = (f"{module}.py", f"{module}.ipynb")
        if found := next((name for name in names if name in files), None):
            origins[module] = found
    notebooks = [name for name in files if _is_notebook(name) and "/" not in name]
    missing = [module for module in asked if module not in origins]
    if missing and len(notebooks) == 1 and notebooks[0] not in origins.values():
        origins[missing[0]] = notebooks[0]
    return origins


def _source(name: str, content: bytes) -> bytes:
    return notebook.source_of(content) if _is_notebook(name) else content


def _notes(files: dict[str, bytes], origins: dict[str, str]) -> Iterator[str]:
    for module, name in origins.items():
        file = f"{module}.ipynb" if _is_notebook(name) else f"{module}.py"
        if name != file:
            yield say("submission.renamed", found=_shown(name), file=file)
        if _is_notebook(name):
            yield say("submission.definitions", found=_shown(name))
        elif f"{module}.ipynb" in files:
            yield say("submission.beside", file=file, found=f"{module}.ipynb")


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")


_ADDED = re.compile(r"^copy of |[ _.-]*\(\d+\)$|[ _.-]+(copy|복사본|사본|final|\d+)$")
"""What browsers, file managers and people add to a name: ``logistic (1).py``, ``logistic - Copy.py``."""


def _meant(module: str, names: list[str]) -> str | None:
    """Return the name that was probably meant to be ``module``: equal but for additions first, then the most alike."""
    plain = {name: _plain(name) for name in names if re.search(r"\.(py|ipynb|txt)$", name.lower())}
    wanted = module.casefold()
    same = [name for name, stem in plain.items() if stem == wanted]
    if same:
        return min(same, key=lambda name: (name.count("/"), not name.lower().endswith(".py"), name))
    close = difflib.get_close_matches(wanted, plain.values(), n=1, cutoff=0.85)
    return next((name for name, stem in plain.items() if stem in close), None)


def _plain(name: str) -> str:
    stem = re.sub(r"(\.(py|ipynb|txt))+$", "", name.rpartition("/")[2].casefold())
    return re.sub(r"[ -]+", "_", _ADDED.sub("", stem).strip())


# Reading, with caps


@dataclass(slots=True)
class _Intake:
    """The files taken so far, and the caps that hold over all of them."""

    files: dict[str, bytes] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    bytes_left: int = UNPACKED_BYTES
    entries_left: int = ENTRIES

    def count(self, entries: int) -> None:
        self.entries_left -= entries
        if self.entries_left < 0:
            raise SubmissionRejected(say("submission.entries", limit=ENTRIES))

    def take(self, name: str, stream: IO[bytes]) -> None:
        """Read one file of a checked relative name; refuse it when a cap is passed or the name is there already."""
        name = _checked(unicodedata.normalize("NFC", name))
        # names that one computer tells apart and another does not would hide a file behind the other
        other = self.folded.setdefault(unicodedata.normalize("NFC", name.casefold()), name)
        if other != name or name in self.files:
            raise SubmissionRejected(say("submission.duplicate", name=_shown(name), other=_shown(other)))
        if len(self.files) == FILES:
            raise SubmissionRejected(say("submission.files", limit=FILES))
        content = stream.read(self.bytes_left + 1)
        self.bytes_left -= len(content)
        if self.bytes_left < 0:
            raise SubmissionRejected(say("submission.unpacked", limit=UNPACKED_BYTES // 2**20))
        self.files[name] = content


def _upload(path: Path) -> bytes:
    content = _read_plain(path, path.name, UPLOAD_BYTES)
    if len(content) > UPLOAD_BYTES:
        raise SubmissionRejected(say("submission.large", name=_shown(path.name), limit=UPLOAD_BYTES // 2**20))
    return content


# Windows lacks the first two; there the type of the file is checked all the same
_PLAIN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _read_plain(path: str | Path, name: str, limit: int) -> bytes:
    """Return up to ``limit`` + 1 bytes of a plain file that has one name; SubmissionRejected for any other."""
    try:
        descriptor = os.open(path, _PLAIN_FLAGS)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
                raise SubmissionRejected(say("submission.link", name=_shown(name)))
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                return stream.read(limit + 1)
        finally:
            os.close(descriptor)
    except OSError as exc:
        id = "submission.link" if exc.errno in (errno.ELOOP, errno.ENXIO) else "submission.unreadable"
        raise SubmissionRejected(say(id, name=_shown(name))) from exc


def _take_folder(folder: Path, intake: _Intake, above: str = "") -> None:
    """Take every file below ``folder``; whoever handed it in must not be able to change it meanwhile."""
    try:
        with os.scandir(folder) as scan:
            entries = sorted(islice(scan, intake.entries_left + 1), key=lambda entry: entry.name)
    except OSError as exc:
        raise SubmissionRejected(say("submission.unreadable", name=_shown(above or folder.name))) from exc
    intake.count(len(entries))
    for entry in entries:
        name = f"{above}{entry.name}"
        if _is_ignored(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            _take_folder(Path(entry.path), intake, f"{_checked(name)}/")
        elif entry.is_file(follow_symlinks=False):
            intake.take(name, io.BytesIO(_read_plain(entry.path, name, intake.bytes_left)))
        else:
            raise SubmissionRejected(say("submission.link", name=_shown(name)))


# Archives

_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, LookupError, OverflowError)
"""What zipfile raises on bytes that are not an archive; UnicodeError and NotImplementedError are among them."""

_ENCRYPTED = 0x1 | 0x40 | 0x2000  # flag bits: password, strong encryption, hidden headers


def _take_archive(archive: bytes, intake: _Intake) -> None:
    # every entry that zipfile will list begins so, whatever the header at the end says
    intake.count(archive.count(b"PK\x01\x02"))
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = list(_plain_entries(opened))
            if sum(info.compress_size for _, info in entries) > len(archive):
                raise zipfile.BadZipFile("entries overlap")  # one body read many times: small to send, long to read
            for name, info in entries:
                with opened.open(info) as stream:
                    intake.take(name, stream)
    except _DAMAGE as exc:
        raise SubmissionRejected(say("submission.damaged")) from exc


def _plain_entries(opened: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Yield name and header of every file that counts; SubmissionRejected for one that is not a plain file."""
    for info in opened.infolist():
        raw = _entry_name(info)
        name = _inside(raw)
        kind = stat.S_IFMT(info.external_attr >> 16)  # 0 where the archive was made without Unix modes
        if raw.endswith("/") or kind == stat.S_IFDIR or any(map(_is_ignored, name.split("/"))):
            continue
        if kind not in (0, stat.S_IFREG):
            raise SubmissionRejected(say("submission.link", name=_shown(name)))
        if info.flag_bits & _ENCRYPTED:
            raise SubmissionRejected(say("submission.encrypted"))
        # the other methods cannot be read in bounded steps
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SubmissionRejected(say("submission.method"))
        yield name, info


def _entry_name(info: zipfile.ZipInfo) -> str:
    """Return the name as its author saw it: macOS writes UTF-8 and Korean Windows writes CP949, both unannounced."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437")  # zipfile has read every byte as one character of this code page
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _inside(name: str) -> str:
    """Return a path of an archive without "." and empty parts; SubmissionRejected unless it stays inside."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    inside = "/".join(parts)
    if name.startswith("/") or "\\" in name or ".." in parts or re.match(r"[A-Za-z]:", inside):
        raise SubmissionRejected(say("submission.path", name=_shown(name)))
    return inside


# Names


def _is_ignored(part: str) -> bool:
    return part.startswith(".") or part in IGNORED


_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of writing, so that a name reads as another one."""


def _is_treacherous(character: str) -> bool:
    # control characters, halves of surrogate pairs (bytes that are no UTF-8), separators of lines
    return character in _DIRECTION or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}


def _checked(name: str) -> str:
    if any(map(_is_treacherous, name)):
        raise SubmissionRejected(say("submission.name", name=_shown(name)))
    if "\\" in name:
        raise SubmissionRejected(say("submission.path", name=_shown(name)))
    if len(name) > PATH_CHARACTERS or name.count("/") >= DEPTH:
        raise SubmissionRejected(say("submission.deep", name=_shown(name)))
    return name


def _shown(name: str) -> str:
    """Return a name that can be printed: invisible characters spelt out, the middle of a long one left out."""
    name = "".join(f"\\u{ord(char):04x}" if _is_treacherous(char) else char for char in name)
    return name if len(name) <= 80 else f"{name[:40]}…{name[-39:]}"
