"""A new folder that appears complete or not at all, also if the command is killed.

It is written under another name next to its place, and renamed at the end. A killed command leaves the draft; the next
one for the same folder removes it, because nobody locks it any more.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from ..errors import AutograderError
from ..workers.folders import lock_folder, remove_unlocked


@contextlib.contextmanager
def whole_folder(folder: Path, *, mode: int = 0o700) -> Iterator[Path]:
    """Yield an empty folder, by default for its owner only, which becomes ``folder`` if the block succeeds.

    Raises:
        AutograderError: ``report-write`` if it cannot be written.
    """
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}.tmp")
    lock = None
    try:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(folder)
            draft.mkdir(mode)
            with contextlib.suppress(OSError):  # a file system without locks: then nobody removes it either
                lock = lock_folder(str(draft))
            yield draft
            os.rename(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            if lock is not None:
                os.close(lock)
    except OSError as exc:
        problem = (
            f"{folder} cannot be written: {exc.strerror}. Choose a folder that you can write to, with enough room."
        )
        raise AutograderError(problem, slug="report-write") from exc


def _remove_abandoned(folder: Path) -> None:
    if sys.platform == "win32":
        return
    name = re.compile(rf"\.{re.escape(folder.name)}\.[0-9a-f]{{16}}\.tmp")
    with os.scandir(folder.parent) as entries:
        for entry in entries:
            if name.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                with contextlib.suppress(OSError):  # another command writes it
                    remove_unlocked(entry.path)
