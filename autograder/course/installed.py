"""Folders of installed packages in a submission: they are left out and named, because no answer is in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

PACKAGES = frozenset({"venv", ".venv", "virtualenv", "site-packages", "node_modules"})
MARKER = "pyvenv.cfg"  # Python writes this file into every virtual environment, whatever its name
MAX_NAMED = 3
_DEPTH = 16  # parts of a path that are looked at
_NAME_BYTES = 64


class InstalledPackages:
    """The folders of installed packages that were found in one submission."""

    def __init__(self) -> None:
        self._folders: set[str] = set()

    def contain(self, folder: str, environments: Collection[str] = ()) -> bool:
        """Return whether a folder is one of installed packages or in one, and remember that one.

        ``environments`` are the folders that have a file MARKER.
        """
        parts = folder.split("/", _DEPTH)[:_DEPTH]
        for end, part in enumerate(parts, start=1):
            if part in PACKAGES or (environments and "/".join(parts[:end]) in environments):
                self._folders.add("/".join(parts[:end]) + "/")
                return True
        return False

    def named(self) -> list[str]:
        """Return the first folders that were found."""
        return sorted(self._folders)[:MAX_NAMED]


def environments_of(names: Iterable[str]) -> frozenset[str]:
    """Return the folders that have a file MARKER."""
    return frozenset(name.removesuffix(f"/{MARKER}") for name in names if name.endswith(f"/{MARKER}"))


def bulky_folder(archive: bytes) -> str:
    """Return the name of a folder of packages or of a git history in the bytes of an archive, or ""."""
    for part in (f"/{MARKER}", *(f"{name}/" for name in sorted({*PACKAGES, ".git"}))):
        at = archive.find(part.encode())
        end = at if part.startswith("/") else at + len(part) - 1
        if at > 0 and (name := re.search(rb"[\w.-]+$", archive[max(0, end - _NAME_BYTES) : end])):
            return f"{name[0].decode('ascii', 'replace')}/"
    return ""
