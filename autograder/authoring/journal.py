"""Change several files of a folder at once: after an interruption at any moment, all are changed or none is.

1. The new files are written into ``.update.tmp/``, with a journal of what to do with them, and forced to disk.
2. One rename of this folder to ``.update/`` commits the change. Before it, nothing in the target differs, and the next
   update removes the draft.
3. Each file is renamed to its place. :func:`finish` does this, and again after an interruption: a staged file that is
   missing was moved before. A file that somebody changed since the plan was made is never replaced; ours is put next
   to it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..course.release_file import NAME, UPDATE_FOLDER
from ..errors import AutograderError

DRAFT = f"{UPDATE_FOLDER}.tmp"
JOURNAL = "journal.json"
OTHER = "other"  # stands for the digest of a folder, a link or a device


@dataclass(frozen=True, slots=True)
class Change:
    """A file to write, or to remove if ``data`` is None.

    ``before`` is the sha256 of the file that it replaces, None if there is none.
    """

    path: str
    data: bytes | None
    before: str | None


def commit(target: Path, changes: Sequence[Change]) -> list[str]:
    """Change the files of ``target`` in this order; return the paths of files that were put next to another.

    Raises:
        AutograderError: ``release-write`` if nothing was changed, ``release-unfinished`` if the next command has to
            finish the change.
    """
    if not changes:
        return []
    draft = target / DRAFT
    try:
        _remove(draft)
        _write_draft(draft, changes)
        os.rename(draft, target / UPDATE_FOLDER)
    except OSError as exc:
        _remove(draft)
        raise AutograderError(
            f"{target} cannot be written: {exc.strerror}. Nothing was changed. Make room, or make the folder writable, "
            "then run the command again.",
            slug="release-write",
        ) from exc
    _sync(target)
    return finish(target)


def is_interrupted(target: Path) -> bool:
    """Return whether a change of ``target`` was committed and has to be finished."""
    return (target / UPDATE_FOLDER).is_dir()


def finish(target: Path) -> list[str]:
    """Finish the change that was committed, if there is one; return the paths of files that were put next to another.

    Raises:
        AutograderError: ``release-unfinished`` if a file cannot be moved. Nothing is lost.
    """
    folder = target / UPDATE_FOLDER
    _remove(target / DRAFT)
    if not is_interrupted(target):
        return []
    place = folder / JOURNAL
    beside = []
    try:
        for step in json.loads(place.read_bytes()):
            place = target / step["path"]
            if step["staged"] is None:
                _remove_file(target, place, step["before"])
            elif (moved := _move(folder / step["staged"], place, step)) is not None:
                beside.append(moved.relative_to(target).as_posix())
        place = folder
        os.rename(folder, target / DRAFT)  # in one step: a journal that is half removed must not be read
    except (OSError, ValueError, KeyError, TypeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is damaged"
        raise AutograderError(
            f"{place}: {reason}. The update is not finished, and nothing is lost. Make this file and its folder "
            "writable, and close programs that use it. Then run autograder update.",
            slug="release-unfinished",
        ) from exc
    _sync(target)
    _remove(target / DRAFT)
    return beside


def digest_of(path: Path) -> str | None:
    """Return the sha256 of a file, None if there is nothing, and ``OTHER`` of what is not a plain file."""
    if not os.path.lexists(path):
        return None
    if path.is_symlink() or not path.is_file():
        return OTHER
    return hashlib.sha256(path.read_bytes()).hexdigest()


def free_name(path: Path) -> Path:
    """Return ``NAME.new``, or ``NAME.new2`` and so on: the first that does not exist."""
    candidates = (path.with_name(f"{path.name}.new{number or ''}") for number in (0, *range(2, 10_000)))
    return next(each for each in candidates if not os.path.lexists(each))


# --- steps


def _write_draft(draft: Path, changes: Sequence[Change]) -> None:
    draft.mkdir()
    steps = []
    for number, change in enumerate(changes):
        staged, digest = None, None
        if change.data is not None:
            staged, digest = str(number), hashlib.sha256(change.data).hexdigest()
            write_synced(draft / staged, change.data)
        steps.append({"path": change.path, "staged": staged, "before": change.before, "after": digest})
    write_synced(draft / JOURNAL, json.dumps(steps).encode())
    _sync(draft)


def _move(staged: Path, place: Path, step: dict[str, str | None]) -> Path | None:
    """Move a staged file to its place; return its path if it had to be put next to a file that was changed since."""
    if not staged.exists():
        return None  # moved before the interruption
    chosen = place
    if step["path"] != NAME and digest_of(place) not in (step["before"], step["after"]):
        chosen = free_name(place)
    chosen.parent.mkdir(parents=True, exist_ok=True)
    if chosen == place and place.exists():
        shutil.copymode(place, staged)
    with contextlib.suppress(FileNotFoundError):  # another command finishes the same update
        os.replace(staged, chosen)
    _sync(chosen.parent)
    return chosen if chosen != place else None


def _remove_file(target: Path, place: Path, before: str | None) -> None:
    """Remove a file that is still the same, and the folders that are then empty."""
    if digest_of(place) == before:
        place.unlink(missing_ok=True)
    for name in PurePosixPath(place.relative_to(target).as_posix()).parents[:-1]:
        with contextlib.suppress(OSError):  # it is not empty, or not there
            (target / name).rmdir()


def write_synced(path: Path, data: bytes) -> None:
    """Write a file and force it to disk.

    Raises:
        OSError: it cannot be written.
    """
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Force the names in a folder to disk, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
