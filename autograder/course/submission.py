"""Submissions: read a folder, a .py, a .ipynb or a .zip into memory. No code is run, and no file is written to disk.

Every upload is treated as hostile (``intake.py``). What cannot be read safely raises :class:`SubmissionRejected`, with
one sentence for the student.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import stat
import sys
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ..errors import SubmissionRejected, UsageError
from ..guest.module_names import modules_of
from ..messages import say
from ..model import SubmissionInfo
from . import near_misses, notebook
from .assignment import Assignment, file_of
from .deadline import reading
from .file_names import decoded, shown
from .intake import Intake, read_upload, take_archive, take_folder
from .ipython import Command

MAX_NOTES = 3  # of one kind, on one file
MAX_COMMAND = 40  # characters of a command in a note
_RUN_LINE = re.compile(rb"^[ \t]*from ([A-Za-z_]\w*) import \*", re.MULTILINE)  # what ``%run`` becomes


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
        return _place(self.origins.get(module, file_of(module)), self.modules[module], line)

    def explain_missing(self, module: str) -> str:
        """Return a sentence that names the missing file and the file that the student probably meant, if any."""
        others = [name for name in self.files if name not in self.origins.values()]
        found = near_misses.meant(module, others)
        if found is None:
            archive = next(filter(near_misses.archive_kind, others), None)
            if archive is not None:
                return say("student.no-file-archive", file=file_of(module), found=shown(archive))
            return say("student.no-file", file=file_of(module))
        file = f"{module}.ipynb" if _is_notebook(found) else file_of(module)
        if found.endswith(f"/{file}"):
            return say("student.no-file-place", file=file, found=shown(found))
        return say("student.no-file-but", file=file, found=shown(found))


@dataclass(frozen=True, slots=True)
class Refused:
    """An upload that cannot be graded: the student, the sentence that says why, and its digest if there is one."""

    student: str | None
    sentence: str
    sha256: str = ""
    received_at: str | None = None


def open(
    path: Path,
    assignment: Assignment,
    *,
    student: str | None = None,
    received_at: str | None = None,
    any_name: bool = False,
) -> Submission:
    """Read a submission for ``assignment``. The grader reports missing modules later.

    ``any_name`` accepts the only file of a folder as the only module, as a file that is handed in by itself.
    ``received_at`` is an ISO 8601 time with offset, or None. The times inside an archive are not trusted.

    Raises:
        UsageError: the path is not a submission, cannot be read, or is a folder around the solution.
        SubmissionRejected: the files cannot be opened safely, or not in time.
    """
    if assignment.solution is not None and path.resolve() in assignment.solution.resolve().parents:
        raise UsageError(
            f"{path} contains the solution of {assignment.slug}, which no submission may read. Name the folder of the "
            "submission itself."
        )
    with reading():
        return _read(path, assignment, student, received_at, any_name=any_name)


def _read(
    path: Path, assignment: Assignment, student: str | None, received_at: str | None, *, any_name: bool
) -> Submission:
    received, left_out = _files_at(path)
    files, notes = _as_meant(received)
    files = _in_package(files, assignment.modules)
    origins = _origins(files, assignment.modules)
    by_itself = path.suffix.lower() in (".py", ".ipynb") and not path.is_dir()
    if not origins and len(assignment.modules) == len(files) == 1 and (any_name or by_itself):
        [name] = files
        origins = {assignment.modules[0]: name} if name.lower().endswith((".py", ".ipynb")) else {}
    code = {module: _code(name, files[name]) for module, name in origins.items()}
    written = {name: source for each in code.values() for name, source in each.written}
    run = _run_notebooks(files, [each.source for each in code.values()], assignment.packages | origins.keys())
    return Submission(
        student=student,
        received_at=received_at,
        sha256=_digest(received),
        files=files,
        modules=run | written | {module: each.source for module, each in code.items()},
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


def digest(path: Path) -> str:
    """Return the ``sha256`` that :func:`open` returns for ``path``. Read the files, and do not look at their code.

    Raises:
        UsageError: the path is not a submission, or cannot be read.
        SubmissionRejected: the files cannot be opened safely.
    """
    return _digest(_files_at(path)[0])


def _files_at(path: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of a submission, and its folders of installed packages, which were left out."""
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError) as exc:
        raise UsageError(f"{path} cannot be read. Give a folder, or a .py, .ipynb or .zip file.") from exc
    intake = Intake()
    ending = path.suffix.lower()
    if stat.S_ISLNK(mode):
        raise SubmissionRejected(say("submission.link", name=shown(path.name)))
    if stat.S_ISDIR(mode):
        take_folder(path, intake)
    elif ending == ".zip":
        take_archive(path.name, read_upload(path), intake)
    elif ending in (".py", ".ipynb"):
        intake.take(decoded(path.name), io.BytesIO(read_upload(path)))
    else:
        raise UsageError(f"{path} is not a submission. Give a folder, or a .py, .ipynb or .zip file.")
    return _unwrapped(dict(sorted(intake.files.items()))), intake.packages.named()


def _as_meant(files: dict[str, bytes]) -> tuple[dict[str, bytes], list[str]]:
    """Unpack an archive that is the only file, and correct the endings of notebooks and modules; with notes on both."""
    notes = []
    if len(files) == 1 and (name := next(iter(files))).lower().endswith(".zip"):
        intake = Intake()
        take_archive(name, files[name], intake)
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


def _in_package(files: dict[str, bytes], asked: tuple[str, ...]) -> dict[str, bytes]:
    """Return the files in the package that the modules of an adopted suite lie in, also if only its content came."""
    wanted = {file_of(module) for module in asked}
    packages = {name.partition("/")[0] for name in wanted if "/" in name}
    if len(packages) != 1 or any(name.partition("/")[0] in packages for name in files):
        return files
    folders = {str(folder) for name in wanted for folder in PurePosixPath(name).parents if folder.name}
    for folder in sorted(folders, key=len):
        if any(f"{folder}/{name}" in wanted for name in files):
            return {f"{folder}/{name}": content for name, content in files.items()}
    return files


# --- matching files to modules


def _origins(files: dict[str, bytes], asked: tuple[str, ...]) -> dict[str, str]:
    """Return the file of each module that was found: its .py, else its notebook, else the only notebook."""
    origins = {}
    for module in asked:
        names = (file_of(module), f"{module}.ipynb")
        if found := next((name for name in names if name in files), None):
            origins[module] = found
    notebooks = [name for name in files if _is_notebook(name) and "/" not in name]
    missing = [module for module in asked if module not in origins]
    if missing and len(notebooks) == 1 and notebooks[0] not in origins.values():
        origins[missing[0]] = notebooks[0]
    return origins


def _code(name: str, content: bytes) -> notebook.Code:
    return notebook.read(content) if _is_notebook(name) else notebook.read_script(content)


def _run_notebooks(files: dict[str, bytes], sources: list[bytes], taken: Set[str]) -> dict[str, bytes]:
    """Return the notebooks that sources run with ``%run helpers.ipynb``, and those that these run, as modules.

    One that cannot be opened is left out. ``taken`` are names of modules that no notebook may have.
    """
    found: dict[str, bytes] = {}
    taken = sys.stdlib_module_names | taken
    while sources:
        for name in map(bytes.decode, _RUN_LINE.findall(sources.pop())):
            file = f"{name}.ipynb"
            if file not in files or f"{name}.py" in files or name in taken or name in found:
                continue
            with contextlib.suppress(SubmissionRejected):
                found[name] = _code(file, files[file]).source
                sources.append(found[name])
    return found


def _place(origin: str, source: bytes, line: int) -> tuple[str, int]:
    cell = notebook.cell_of(source, line) if _is_notebook(origin) else None
    return (say("submission.cell", file=origin, cell=cell[0]), cell[1]) if cell else (origin, line)


def _notes(files: dict[str, bytes], origins: dict[str, str]) -> Iterator[str]:
    for module, name in origins.items():
        file = f"{module}.ipynb" if _is_notebook(name) else file_of(module)
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
