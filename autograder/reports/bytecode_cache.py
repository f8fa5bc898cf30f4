"""Where compiled templates are kept from one run to the next: compiling them takes longer than grading a submission.

Compiled code is run, so the folder must be one that no other user can write. Where there is no such folder, templates
are compiled in every run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache


class BytecodeCache(FileSystemBytecodeCache):
    """Keeps compiled templates in a folder; a full or read-only disk is no reason to fail."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def bytecode_cache(compiler: Path) -> BytecodeCache | None:
    """Return the cache of this user, None where none is safe.

    Jinja compares the source of a template with what was compiled. ``compiler`` is the module that sets up the
    environment, on which the compiled code depends, too.
    """
    folder = _cache_folder()
    if folder is None:
        return None
    version = hashlib.sha256(compiler.read_bytes()).hexdigest()[:12]
    return BytecodeCache(str(folder), f"{version}-%s.cache")


def _cache_folder() -> Path | None:
    """Make the folder; None where it cannot be made, or where another user could write or replace it."""
    if not hasattr(os, "getuid"):
        return None
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(base).resolve() / "autograder" / "templates"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        safe = folder.stat().st_uid == os.getuid() and all(map(_is_ours, (folder, *folder.parents)))
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return None
    return folder if safe else None


def _is_ours(folder: Path) -> bool:
    """Whether only this user and root can change what is in ``folder``; in a sticky one, only what belongs to them."""
    found = folder.lstat()
    others_write = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid in (0, os.getuid())
        and (not others_write or bool(found.st_mode & stat.S_ISVTX))
    )
