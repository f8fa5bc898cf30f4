"""Cut the folders of this installation from texts of a worker: a student cannot use them, and they name the machine."""

from __future__ import annotations

import functools
import os
import re
import sys
import sysconfig
from pathlib import Path

_SHARED = frozenset({"/", "/usr", "/usr/local"})  # a system's own Python: these folders name no machine


@functools.cache
def _pattern() -> re.Pattern[str]:
    named = [sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib", "platstdlib")]
    library = named[2:]
    named += [os.path.join(folder, "lib-dynload") for folder in library]
    named += [folder for folder in sys.path if os.path.basename(folder) in ("site-packages", "dist-packages")]
    named += [sys.prefix, sys.base_prefix, sys.exec_prefix]
    folders = {path for folder in named for path in (folder, os.path.realpath(folder))} - _SHARED
    longest_first = sorted(folders, key=len, reverse=True)
    package = Path(__file__).parents[1]  # the folder above it may be a course with the student's own files
    ours = re.escape(str(package.parent) + os.sep) + f"(?={package.name})"
    return re.compile("|".join([*(re.escape(folder + os.sep) for folder in longest_first), ours]))


def without_folders(text: str) -> str:
    """Return ``text`` with paths below this installation relative to it: ``numpy/__init__.py``."""
    return _pattern().sub("", text)
