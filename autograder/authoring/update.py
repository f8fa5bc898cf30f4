"""Bring a student repository to a newer release, without touching the work of a student.

Each file has three versions: that of the old release, whose digest is in ``release.json``, the one in the repository,
and that of the new release. What only the release changed is replaced, what only the student changed stays, and what
both changed stays with the new version next to it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath

from ..course import folders, release_file
from ..course.assignment import VISIBLE
from ..course.release_file import NAME, Release
from ..errors import UsageError
from . import journal, kit
from .changed_cases import changed_cases
from .journal import Change
from .links import DOCS
from .wheelhouse import FOLDER as WHEELHOUSE


class Fate(StrEnum):
    """What an update does with a file."""

    REPLACED = "replaced"
    ADDED = "added"
    RESTORED = "restored"  # the student deleted it
    REMOVED = "removed"
    BESIDE = "beside"  # both sides changed it: ours is put next to it
    LEFT = "left"  # the student changed it, and the release no longer has it


@dataclass(frozen=True, slots=True)
class FileUpdate:
    """A file that an update changes or names; ``beside`` is the name of the new version next to it, or ""."""

    path: str
    fate: Fate
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Update:
    """An update that was planned or done.

    ``release`` is the new release. ``cases`` are the changed visible cases of each assignment. ``kept`` are the
    assignments that the release does not have; they stay. ``is_older`` is true if the release is older than the one
    that was there. ``is_new_grader`` is true if the wheel of the framework changed.
    """

    release: Release
    files: tuple[FileUpdate, ...]
    changes: tuple[Change, ...] = field(repr=False)
    cases: Mapping[str, tuple[str, ...]]
    kept: tuple[str, ...] = ()
    is_older: bool = False
    is_new_grader: bool = False


def is_release(target: Path) -> bool:
    """Return whether a release can be applied to a folder: it has one, or nothing but a git repository.

    Raises:
        UsageError: it is neither, nor a new or an empty folder.
    """
    names = {each.name for each in target.iterdir()} - {journal.DRAFT} if target.is_dir() else set()
    if NAME in names or release_file.UPDATE_FOLDER in names or names == {".git"}:
        return True
    if names or (target.exists() and not target.is_dir()):
        raise UsageError(
            f"{target} is not empty and has no {NAME}, so it is not a release. Name a new folder, an empty one, or an "
            "earlier release.",
            slug="release-target",
        )
    return False


def apply(target: Path, files: Mapping[str, bytes]) -> Update:
    """Bring the repository ``target`` to the release with these files, and return what was done.

    An interrupted update is finished first.

    Raises:
        UsageError: a folder of the release is a file or a link in the repository, or cannot be written.
        AutograderError: ``release-damaged``, ``release-write`` or ``release-unfinished``.
    """
    journal.finish(target)
    update = plan(target, files)
    for change in update.changes:
        _check_writable(target / change.path)
    journal.commit(target, update.changes)
    return update


def plan(target: Path, files: Mapping[str, bytes]) -> Update:
    """Return what :func:`apply` would do. Nothing is written."""
    new = release_file.parse(files[NAME], shown=NAME)
    old = release_file.read(target / NAME) if (target / NAME).exists() else _nothing(new)
    known = {**old["assignments"], **new["assignments"]}
    assignments = {slug: known[slug] for slug in folders.in_order(known)}
    kept = tuple(slug for slug in old["assignments"] if slug not in new["assignments"])
    ours = {path: data for path, data in files.items() if path != NAME}
    if kept:
        ours["README.md"] = kit.with_assignments(ours["README.md"], assignments)
    base = {path: digest for path, digest in old["files"].items() if not _belongs_to(path, kept)}
    steps = [_step(target, path, base.get(path), ours.get(path), old["beside"]) for path in sorted(base.keys() | ours)]
    changes = [change for step in steps for change in step.changes]
    cases = {slug: found for slug, found in _changed(target, changes) if found}
    merged = {
        **new,
        "assignments": assignments,
        "files": dict(
            sorted(
                {path: digest for path, digest in old["files"].items() if path not in base}.items()
                | {path: _digest(data) for path, data in ours.items()}.items()
            )
        ),
        "changed": _accumulated(old, new, cases),
        "beside": {name: digest for name, digest in old["beside"].items() if _slug_of(name) in kept}
        | dict(sorted(item for step in steps for item in step.beside.items())),
    }
    text = release_file.to_bytes(merged)
    before = journal.digest_of(target / NAME)
    # what is removed comes last: the file grade.py can run with either release.json until then
    writes = [change for change in changes if change.data is not None]
    manifest = [Change(NAME, text, before)] if _digest(text) != before else []
    return Update(
        release=merged,
        files=tuple(step.shown for step in steps if step.shown),
        changes=(*writes, *manifest, *(change for change in changes if change.data is None)),
        cases={slug: tuple(found) for slug, found in cases.items()},
        kept=kept,
        is_older=_is_older(new["date"], old["date"]),
        is_new_grader=any(change.path == f"wheels/{new['wheel']}" for change in writes),
    )


# --- one file


@dataclass(frozen=True, slots=True)
class _Mine:
    """The version in the repository: ``raw`` is its digest (None: no file), ``digests`` those that it may stand for."""

    raw: str | None
    digests: frozenset[str] = frozenset()

    @classmethod
    def of(cls, path: Path) -> _Mine:
        raw = journal.digest_of(path)
        if raw is None or raw == journal.OTHER:
            return cls(raw)
        lines = path.read_bytes().replace(b"\r\n", b"\n")  # git on Windows turns the ends of all lines
        return cls(raw, frozenset({raw, _digest(lines)}))


@dataclass(frozen=True, slots=True)
class _Step:
    """What happens to one file; ``beside`` maps the name of a new version next to it to its digest."""

    shown: FileUpdate | None = None
    changes: tuple[Change, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)


def _step(target: Path, path: str, base: str | None, new: bytes | None, beside: Mapping[str, str]) -> _Step:
    _check_folders(target, path)
    mine = _Mine.of(target / path)
    fate = fate_of(base, mine.raw is not None, mine.digests, None if new is None else _digest(new))
    waiting = {name: digest for name, digest in beside.items() if name.startswith(f"{path}.new")}
    waiting = {name: digest for name, digest in waiting.items() if digest in _Mine.of(target / name).digests}
    if fate is Fate.BESIDE:
        assert new is not None
        return _beside(target, path, new, waiting)
    if fate is Fate.LEFT or (fate is None and new is not None and _digest(new) not in mine.digests):
        return _Step(FileUpdate(path, fate)) if fate else _Step(beside=waiting)
    # both versions are the same now: a new version next to the file has served its purpose
    done = tuple(Change(name, None, journal.digest_of(target / name)) for name in waiting)
    return _Step(FileUpdate(path, fate), (Change(path, new, mine.raw), *done)) if fate else _Step(changes=done)


def fate_of(base: str | None, is_there: bool, mine: frozenset[str], new: str | None) -> Fate | None:
    """Return what happens to a file, None if nothing does. The three versions are digests, None if there is no file."""
    is_untouched = base in mine
    if new is None:
        return (Fate.REMOVED if is_untouched else Fate.LEFT) if is_there else None
    if not is_there:
        return Fate.ADDED if base is None else Fate.RESTORED
    if new in mine:
        return None
    if is_untouched:
        return Fate.REPLACED
    return None if new == base else Fate.BESIDE


def _beside(target: Path, path: str, new: bytes, waiting: Mapping[str, str]) -> _Step:
    """Put the new version next to the student's file, where an older one that nobody edited is, or at a free name."""
    name = next(iter(waiting), "") or journal.free_name(target / path).relative_to(target).as_posix()
    shown = FileUpdate(path, Fate.BESIDE, name)
    before = journal.digest_of(target / name)
    change = (Change(name, new, before),) if before != _digest(new) else ()
    return _Step(shown, change, {**waiting, name: _digest(new)})


def _check_writable(path: Path) -> None:
    folder = next(each for each in path.absolute().parents if each.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(
            f"{folder} cannot be written. Nothing was changed. Make this folder writable, then run the command again.",
            slug="release-write",
        )


def _check_folders(target: Path, path: str) -> None:
    for parent in PurePosixPath(path).parents[:-1]:
        folder = target / parent
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise UsageError(
                f"{folder} is a file or a link, and a release has a folder there. Nothing was changed. Give it another "
                "name, then run the command again.",
                slug="release-target",
            )


# --- release.json


def _nothing(new: Release) -> Release:
    """Return the old release of a folder that has none."""
    return {**new, "assignments": {}, "files": {}, "changed": {}, "beside": {}}


def _belongs_to(path: str, kept: Sequence[str]) -> bool:
    """Return whether a file of the old release belongs to the kept assignments: their files, wheels and pages."""
    return bool(kept) and (_slug_of(path) in kept or path.startswith((f"{WHEELHOUSE}/", DOCS)))


def _slug_of(path: str) -> str:
    parts = path.split("/")
    return parts[1] if parts[0] == "assignments" and len(parts) > 2 else ""


def _changed(target: Path, changes: Sequence[Change]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each assignment whose visible cases are replaced, with the changed cases and their digests."""
    for change in changes:
        slug = _slug_of(change.path)
        if change.before and change.data and change.path == f"assignments/{slug}/{VISIBLE}":
            yield slug, changed_cases((target / change.path).read_bytes(), change.data)


def _accumulated(old: Release, new: Release, cases: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, object]]:
    found = {slug: dict(each) for slug, each in old["changed"].items()}
    for slug, digests in cases.items():
        entry = found.setdefault(slug, {})
        entry |= {name: {"date": new["date"][:10], "digest": digest} for name, digest in digests.items()}
    return {slug: dict(sorted(each.items())) for slug, each in sorted(found.items())}


def _is_older(new: str, old: str) -> bool:
    try:
        return datetime.fromisoformat(new) < datetime.fromisoformat(old)
    except (ValueError, TypeError):
        return False  # made outside of a git repository


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
