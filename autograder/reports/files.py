"""Files of reports: their names, and writing them whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import IO

from ..errors import AutograderError, UsageError
from ..model import Report
from .printable import file_stem

_REMEDY = "Choose a folder that you can write to."


def page_name(report: Report, *, ending: str = "html") -> str:
    """Name the file of a report after its assignment and student, in signs that are safe on every file system."""
    student = [] if report.submission.student is None else [report.submission.student]
    return f"{file_stem(report.assignment, *student)}.{ending}"


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` to ``path`` as UTF-8, making its folder; a reader sees the old file or the new one, never half.

    Raises:
        AutograderError: ``report-write`` when the folder cannot be written to.
    """
    draft = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        try:
            with _created(draft) as file:
                file.write(text.encode())
            os.replace(draft, path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise AutograderError(f"{path} cannot be written: {error.strerror}. {_REMEDY}", slug="report-write") from error
    return path


def _created(path: Path) -> IO[bytes]:
    """Open a new file, and make its folder where it is missing: in a class it is there for all but the first."""
    try:
        return open(path, "xb")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, "xb")


def check_writable(folder: Path, file: Path | None = None) -> None:
    """Try to write where reports will go: nobody should learn after grading that they cannot be written.

    Nothing stays, and ``folder`` is not made. ``os.access`` would not do: it lets root write into ``/proc``.

    Raises:
        UsageError: ``report-write`` names the place that cannot be written.
    """
    for place in (folder, *([file.parent] if file else [])):
        found = next(each for each in (place, *place.absolute().parents) if os.path.lexists(each))
        attempt = found / f".{secrets.token_hex(8)}.tmp"
        try:
            attempt.touch(exist_ok=False)
            attempt.unlink()
        except OSError as exc:
            reason = f"{found}: {exc.strerror}"
            raise UsageError(f"{place} cannot be written ({reason}). {_REMEDY}", slug="report-write") from exc
    if file and file.is_dir():
        raise UsageError(f"{file} cannot be written, because it is a folder. Name a file.", slug="report-write")
