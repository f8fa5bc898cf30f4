"""The files next to a notebook: those of the student and those of the instructor, for the worker and for test code."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from ..course.file_names import is_ignored
from ..errors import AutograderError

MAX_FILES = 500
MAX_BYTES = 512 << 20  # of all files that a worker gets; they travel to each worker
COPIED = 8 << 20  # bytes: a larger file of the instructor is linked for test code, not copied


def of_worker(submitted: Path, source: Path, *, kept: frozenset[str] = frozenset()) -> dict[str, bytes]:
    """Return the files for the working folder of a worker: those of the student, replaced by those of the instructor.

    Notebooks are left out, because those of ``source`` have solutions and tests, and so is what is not a regular file:
    a link of the student's could lead anywhere. ``kept`` are the names of files that the student may replace.

    Raises:
        AutograderError: the instructor's files are too many or too large.
    """
    files = {name: _read(path) for name, path in _regular(submitted)}
    for name, path in _regular(source):
        if name not in kept or name not in files:
            files[name] = _read(path)
    size = sum(map(len, files.values()))
    if len(files) > MAX_FILES or size > MAX_BYTES:
        raise AutograderError(
            f"{submitted} and {source} have {len(files)} files with {size >> 20} MiB next to the notebooks; "
            f"{MAX_FILES} files and {MAX_BYTES >> 20} MiB are the most. Remove those that no notebook reads.",
            slug="nbgrader-cell",
        )
    return files


def copy_for_tests(source: Path, folder: Path) -> None:
    """Give test code the instructor's files in ``folder``, so that what it writes does not change ``source``."""
    for name, path in _regular(source):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.stat().st_size <= COPIED:
            shutil.copyfile(path, target)
        else:
            target.symlink_to(path.absolute())


def is_plain(path: Path, *, below: Path) -> bool:
    """Return whether a file is a regular one, and no folder between it and ``below`` is a link."""
    try:
        return stat.S_ISREG(path.lstat().st_mode) and path.resolve() == below.resolve() / path.relative_to(below)
    except (OSError, ValueError):
        return False


def links(folder: Path) -> list[str]:
    """Return the names of the links below a folder, except those in place of a notebook."""
    found = (path for path in folder.rglob("*") if path.is_symlink() and not path.name.endswith(".ipynb"))
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _regular(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and path of every regular file below a folder that is not a notebook, in order."""
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_ignored(name) and name != ".ipynb_checkpoints")
        for name in sorted(names):
            path = Path(top, name)
            relative = path.relative_to(folder).as_posix()
            if name.endswith(".ipynb") or is_ignored(name) or not stat.S_ISREG(path.lstat().st_mode):
                continue
            if relative not in ("timestamp.txt", "submission_secret.txt"):
                yield relative, path


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(MAX_BYTES + 1)
