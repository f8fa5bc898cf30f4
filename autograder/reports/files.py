"""Report files: their names, and atomic writes."""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import IO

from ..errors import AutograderError, UsageError
from ..model import Report
from .printable import file_stem

_REMEDY = "Choose a folder that you can write to, with enough room."
_DRAFT = re.compile(r"\.[0-9a-f]{16}\.tmp")


def page_name(report: Report, *, ending: str = "html") -> str:
    """Return a file name with the assignment, the student and a single task that is safe on every file system."""
    others = [report.submission.student, report.only_task or None]
    return f"{file_stem(report.assignment, *(name for name in others if name is not None))}.{ending}"


def page_names(slug: str, students: Collection[str]) -> dict[str, str]:
    """Return a name without ending for the files of each student of a class; no two are one name for a file system."""
    stems = {student: file_stem(slug, student) for student in students}
    found = Counter(map(_folded, stems.values()))
    return {
        student: stem if found[_folded(stem)] == 1 else file_stem(slug, student, unique=True)
        for student, stem in stems.items()
    }


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` to ``path`` as UTF-8; otherwise like :func:`write_bytes`."""
    return write_bytes(path, text.encode())


def write_pieces(path: Path, pieces: Iterable[str]) -> Path:
    """Write ``pieces`` of a text to ``path``, one after the other; otherwise like :func:`write_text`."""
    return _write(path, (piece.encode() for piece in pieces))


def write_bytes(path: Path, data: bytes) -> Path:
    """Write ``data`` to ``path``, atomically, and return ``path``. Create its folder if it is missing.

    A reader sees the old file or the complete new one.

    Raises:
        AutograderError: ``report-write`` if the file cannot be written.
    """
    return _write(path, (data,))


def _write(path: Path, pieces: Iterable[bytes]) -> Path:
    draft = draft_of(path)
    try:
        try:
            with _created(draft) as file:
                file.writelines(pieces)
            os.replace(draft, path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise AutograderError(f"{path} cannot be written: {error.strerror}. {_REMEDY}", slug="report-write") from error
    return path


def _created(path: Path) -> IO[bytes]:
    """Open a new file, and create its folder if that fails: in a class, only the first report needs a new folder."""
    try:
        return open(path, "xb")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, "xb")


def draft_of(path: Path) -> Path:
    """Return a new name next to ``path``, for a file that is written whole and then renamed."""
    return path.with_name(f".{secrets.token_hex(8)}.tmp")


def is_draft(name: str) -> bool:
    """Return whether a file of this name was being written: it is of no use if its run was killed."""
    return _DRAFT.fullmatch(name) is not None


def check_writable(folder: Path, file: Path | None = None) -> None:
    """Check that reports can be written to ``folder`` and ``file``. Call it before grading, which takes long.

    The check leaves no file behind and does not create ``folder``. ``os.access`` is not enough: it reports that root
    can write into ``/proc``.

    Raises:
        UsageError: ``report-write``, with the path that cannot be written.
    """
    for place in (folder, *([file.parent] if file else [])):
        found = next(each for each in (place, *place.absolute().parents) if os.path.lexists(each))
        attempt = draft_of(found / "any")
        try:
            attempt.touch(exist_ok=False)
            attempt.unlink(missing_ok=True)  # a run that begins in this folder removes drafts
        except OSError as exc:
            reason = f"{found}: {exc.strerror}"
            raise UsageError(f"{place} cannot be written ({reason}). {_REMEDY}", slug="report-write") from exc
    if file and file.is_dir():
        raise UsageError(f"{file} cannot be written, because it is a folder. Name a file.", slug="report-write")
