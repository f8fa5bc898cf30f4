"""A cache of compiled templates on disk. Compiling them takes longer than grading a submission.

Compiled code is executed, so no other user may be able to write to the folder. Without such a folder, every run
compiles the templates.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache


class BytecodeCache(FileSystemBytecodeCache):
    """A cache of compiled templates in a folder. Write errors, such as those of a full disk, are ignored."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def bytecode_cache(compiler: Path) -> BytecodeCache | None:
    """Return the cache of this user, or None if no folder is safe.

    Jinja compiles a template again if its source has changed. The compiled code also depends on the environment, so
    the file names include a digest of ``compiler``, the module that sets up the environment.
    """
    folder = _cache_folder()
    if folder is None:
        return None
    version = hashlib.sha256(compiler.read_bytes()).hexdigest()[:12]
    return BytecodeCache(str(folder), f"{version}-%s.cache")


def _cache_folder() -> Path | None:
    """Create the folder; return None if this fails, or if another user could write to or replace the folder."""
    if not hasattr(os, "getuid"):
        return None
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(base).resolve() / "autograder" / "templates"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        safe = folder.stat().st_uid == os.getuid() and all(map(_is_ours, (folder, *folder.parents)))
    except (OSError, RuntimeError):  # RuntimeError: no home folder
        return None
    return folder if safe else None


def _is_ours(folder: Path) -> bool:
    """Return whether only this user and root can change the content of ``folder``.

    In a sticky folder, it is enough that others cannot change the files of this user and root.
    """
    found = folder.lstat()
    others_write = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid in (0, os.getuid())
        and (not others_write or bool(found.st_mode & stat.S_ISVTX))
    )
