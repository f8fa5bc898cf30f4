"""Submissions: read a folder, a .py, a .ipynb or a .zip into memory. No code is run, and no file is written to disk.

Every upload is treated as hostile. A file is read only if it is a regular file, not a link, and if its name is a plain
path. Sizes are counted while reading, because archive headers can be wrong. All other files raise
:class:`SubmissionRejected`, with one sentence for the student.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import stat
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

from autograder.course import installed, near_misses, notebook
from autograder.course.assignment import Assignment
from autograder.course.file_names import checked, decoded, inside, is_ignored, shown
from autograder.course.ipython import Command
from autograder.errors import SubmissionRejected, UsageError
from autograder.guest.module_names import modules_of
from autograder.messages import say
from autograder.model import SubmissionInfo

UPLOAD_BYTES = 10 * 2**20  # of one .py, .ipynb or .zip as received
UNPACKED_BYTES = 20 * 2**20  # of all files together
FILES = 200
ENTRIES = 5_000  # including ignored ones: a .git folder has some thousand
MAX_NOTES = 3  # of one kind, on one file
MAX_COMMAND = 40  # characters of a command in a note


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's files as received.

    ``files`` maps relative POSIX paths (NFC) to bytes. An archive that was the only file is unpacked, and a notebook
    that was saved as a ``.py`` has its true ending. ``modules`` maps each module of the assignment that was found to
    its source, as bytes of any encoding; notebooks are already converted to modules. ``origins`` maps each of them to
    its file. ``sha256`` covers names and bytes as received. ``notes`` are sentences for the student. ``notebooks`` are
    the modules that were a notebook; ``unread`` maps a module to the statements that Python cannot read.
    """

    student: str | None
    received_at: str | None
    sha256: str
    files: dict[str, bytes] = field(hash=False, repr=False)
    modules: dict[str, bytes] = field(hash=False, repr=False)
    origins: dict[str, str] = field(hash=False)
    notes: tuple[str, ...]
    notebooks: frozenset[str] = frozenset()
    unread: dict[str, tuple[notebook.Unread, ...]] = field(default_factory=dict, hash=False)

    @property
    def other_files(self) -> dict[str, bytes]:
        """All files, if there are others than those of the modules; else none."""
        return self.files if self.files.keys() - set(self.origins.values()) else {}

    def info(self) -> SubmissionInfo:
        """Return student, digest and time of the submission, for the report."""
        return SubmissionInfo(student=self.student, sha256=self.sha256, received_at=self.received_at)

    def place(self, module: str, line: int) -> tuple[str, int]:
        """Return the student's file and line for a line of ``modules[module]``.

        For a line of a notebook, the file includes the cell: ``("logistic.ipynb, cell 3", 2)``.
        """
        return _place(self.origins.get(module, f"{module}.py"), self.modules[module], line)

    def explain_missing(self, module: str) -> str:
        """Return a sentence that names the missing file and the file that the student probably meant, if any."""
        others = [name for name in self.files if name not in self.origins.values()]
        found = near_misses.meant(module, others)
        if found is None:
            archive = next(filter(near_misses.archive_kind, others), None)
            if archive is not None:
                return say("student.no-file-archive", file=f"{module}.py", found=shown(archive))
            return say("student.no-file", file=f"{module}.py")
        file = f"{module}.ipynb" if _is_notebook(found) else f"{module}.py"
        if found.endswith(f"/{file}"):
            return say("student.no-file-place", file=file, found=shown(found))
        return say("student.no-file-but", file=file, found=shown(found))


@dataclass(frozen=True, slots=True)
class Refused:
    """An upload that cannot be graded: the student, and the sentence that says why."""

    student: str | None
    sentence: str


def open(
    path: Path, assignment: Assignment, *, student: str | None = None, received_at: str | None = None
) -> Submission:
    """Read a submission for ``assignment``. The grader reports missing modules later.

    ``received_at`` is an ISO 8601 time with offset, or None. The times inside an archive are not trusted.

    Raises:
        UsageError: the path is not a submission, or cannot be read.
        SubmissionRejected: the files cannot be opened safely.
    """
    received, left_out = _files_at(path)
    files, notes = _as_meant(received)
    origins = _origins(files, assignment.modules)
    if not origins and len(assignment.modules) == 1 and path.suffix.lower() in (".py", ".ipynb") and not path.is_dir():
        origins = dict(zip(assignment.modules, files, strict=True))  # one module, one file: accept any name
    code = {module: _code(name, files[name]) for module, name in origins.items()}
    written = {name: source for each in code.values() for name, source in each.written}
    return Submission(
        student=student,
        received_at=received_at,
        sha256=_digest(received),
        files=files,
        modules=written | {module: each.source for module, each in code.items()},
        origins=origins,
        notes=(
            *notes,
            *_notes(files, origins),
            *_notes_on_names(files, origins, assignment),
            *_notes_on_code(code, origins),
            *(say("submission.left-out", name=shown(name)) for name in left_out),
        ),
        notebooks=frozenset(module for module, name in origins.items() if _is_notebook(name)),
        unread={module: each.unread for module, each in code.items() if each.unread},
    )


def _files_at(path: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of a submission, and its folders of installed packages, which were left out."""
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError) as exc:
        raise UsageError(f"{path} cannot be read. Give a folder, or a .py, .ipynb or .zip file.") from exc
    intake = _Intake()
    ending = path.suffix.lower()
    if stat.S_ISLNK(mode):
        raise SubmissionRejected(say("submission.link", name=shown(path.name)))
    if stat.S_ISDIR(mode):
        _take_folder(path, intake)
    elif ending == ".zip":
        _take_archive(path.name, _upload(path), intake)
    elif ending in (".py", ".ipynb"):
        intake.take(decoded(path.name), io.BytesIO(_upload(path)))
    else:
        raise UsageError(f"{path} is not a submission. Give a folder, or a .py, .ipynb or .zip file.")
    return _unwrapped(dict(sorted(intake.files.items()))), intake.packages.named()


def _as_meant(files: dict[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
    """Unpack an archive that is the only file, and correct the endings of notebooks and modules; with notes on both."""
    notes = []
    if len(files) == 1 and (name := next(iter(files))).lower().endswith(".zip"):
        intake = _Intake()
        _take_archive(name, files[name], intake)
        files = _unwrapped(dict(sorted(intake.files.items())))
        notes.append(say("submission.inner", found=shown(name)))
    true_names = {name: near_misses.true_name(name, content) for name, content in files.items()}
    right = {name for name, true in true_names.items() if true == name}
    for name in sorted(files.keys() - right):
        found, file = shown(name), shown(true_names[name])
        if true_names[name] in right:
            notes.append(say("submission.beside", file=file, found=found))
        elif _is_notebook(file):
            notes.append(say("submission.is-notebook", file=file, found=found))
        else:
            notes.append(say("submission.is-python", file=file, found=found))
    kept = {true: files[name] for name, true in true_names.items() if name in right or true not in right}
    return dict(sorted(kept.items())), notes


def _digest(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        # lengths first, so that two different sets of files never give the same bytes
        digest.update(f"{len(name.encode())} {name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _unwrapped(files: dict[str, bytes]) -> dict[str, bytes]:
    """Remove outer folders that contain all files: most archives are made from a folder, not from its files."""
    while files and all("/" in name for name in files) and len({name.partition("/")[0] for name in files}) == 1:
        files = {name.partition("/")[2]: content for name, content in files.items()}
    return files


# --- matching files to modules


def _origins(files: dict[str, bytes], asked: tuple[str, ...]) -> dict[str, str]:
    """Return the file of each module that was found: its .py, else its notebook, else the only notebook."""
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


def _code(name: str, content: bytes) -> notebook.Code:
    return notebook.read(content) if _is_notebook(name) else notebook.read_script(content)


def _place(origin: str, source: bytes, line: int) -> tuple[str, int]:
    cell = notebook.cell_of(source, line) if _is_notebook(origin) else None
    return (say("submission.cell", file=origin, cell=cell[0]), cell[1]) if cell else (origin, line)


def _notes(files: dict[str, bytes], origins: dict[str, str]) -> Iterator[str]:
    for module, name in origins.items():
        file = f"{module}.ipynb" if _is_notebook(name) else f"{module}.py"
        if name != file:
            yield say("submission.renamed", found=shown(name), file=file)
        if not _is_notebook(name) and f"{module}.ipynb" in files:
            yield say("submission.beside", file=file, found=f"{module}.ipynb")


def _notes_on_code(code: dict[str, notebook.Code], origins: dict[str, str]) -> Iterator[str]:
    """Yield what was left out of the modules."""
    for module, each in code.items():
        for unread in each.unread[:MAX_NOTES]:
            file, line = _place(origins[module], each.source, unread.line)
            yield say("submission.unread", file=file, line=line, text=unread.text)
        if more := max(0, len(each.unread) - MAX_NOTES):
            yield say("submission.more", file=origins[module], count=more)
        if each.commands:
            first = [_command(each, command, origins[module]) for command in each.commands[: 2 * MAX_NOTES]]
            first += ["…"] if len(each.commands) > len(first) else []
            yield say("submission.commands", file=origins[module], commands=", ".join(first), count=len(each.commands))


def _command(code: notebook.Code, command: Command, origin: str) -> str:
    cell = notebook.cell_of(code.source, command.line) if _is_notebook(origin) else None
    text = command.text if len(command.text) <= MAX_COMMAND else f"{command.text[: MAX_COMMAND - 1]}…"
    if cell is None:
        return say("submission.command-script", command=text, line=command.line)
    return say("submission.command", command=text, cell=cell[0], line=cell[1])


def _notes_on_names(files: dict[str, bytes], origins: dict[str, str], assignment: Assignment) -> Iterator[str]:
    """Yield a sentence on each module that the submission imports and that a library precedes."""
    handed_in = {name.partition(".")[0]: file for name, file in modules_of(files).items()}
    for name in sorted(handed_in.keys() & (sys.stdlib_module_names | assignment.packages) - origins.keys()):
        imports = re.compile(rb"^[ \t]*(from|import)[ \t]+%b\b" % name.encode(), re.MULTILINE)
        if any(imports.search(content) for file, content in files.items() if file.endswith((".py", ".ipynb"))):
            yield say("submission.library-name", found=shown(handed_in[name]), name=name)


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")


# --- reading, with limits


@dataclass(slots=True)
class _Intake:
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


def _upload(path: Path) -> bytes:
    content = _read_plain(path, path.name, UPLOAD_BYTES)
    if len(content) > UPLOAD_BYTES:
        raise _too_large(content, say("submission.large", name=shown(path.name), limit=UPLOAD_BYTES // 2**20))
    return content


def _too_large(archive: bytes, otherwise: str) -> SubmissionRejected:
    """Return the exception for an archive that is too large: it names a folder of packages, if there is one."""
    folder = installed.bulky_folder(archive)
    return SubmissionRejected(say("submission.bulky", name=shown(folder)) if folder else otherwise)


# Windows lacks the first two flags; there, too, _read_plain checks the type of the file
_PLAIN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _read_plain(path: str | Path, name: str, limit: int) -> bytes:
    """Return up to ``limit`` + 1 bytes of a regular file without other hard links.

    Raises:
        SubmissionRejected: the file is of another kind, or cannot be read.
    """
    try:
        descriptor = os.open(path, _PLAIN_FLAGS)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
                raise SubmissionRejected(say("submission.link", name=shown(name)))
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                return stream.read(limit + 1)
        finally:
            os.close(descriptor)
    except OSError as exc:
        id = "submission.link" if exc.errno in (errno.ELOOP, errno.ENXIO) else "submission.unreadable"
        raise SubmissionRejected(say(id, name=shown(name))) from exc


def _take_folder(folder: Path, intake: _Intake, above: str = "") -> None:
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
            _take_folder(Path(entry.path), intake, f"{checked(name)}/")
        elif entry.is_file(follow_symlinks=False):
            intake.take(name, io.BytesIO(_read_plain(entry.path, name, intake.bytes_left)))
        else:
            raise SubmissionRejected(say("submission.link", name=shown(name)))


# --- archives

_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, LookupError, OverflowError)
"""The exceptions of zipfile for invalid archives, including their subclasses UnicodeError and NotImplementedError."""

_ENCRYPTED = 0x1 | 0x40 | 0x2000  # flag bits: password, strong encryption, hidden headers


def _take_archive(file: str, archive: bytes, intake: _Intake) -> None:
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
    except _DAMAGE as exc:
        raise SubmissionRejected(say("submission.damaged")) from exc


def _plain_entries(
    opened: zipfile.ZipFile, packages: installed.InstalledPackages
) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Yield name and header of every file that is neither ignored nor below ``packages``.

    Raises:
        SubmissionRejected: an entry is not a regular file, is encrypted, or has an unsafe name.
    """
    raw_names = [_entry_name(info) for info in opened.infolist()]
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
        if info.flag_bits & _ENCRYPTED:
            raise SubmissionRejected(say("submission.encrypted"))
        # other compression methods cannot be read in steps of limited size
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SubmissionRejected(say("submission.method"))
        yield name, info


def _entry_name(info: zipfile.ZipInfo) -> str:
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
