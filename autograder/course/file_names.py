"""Names of uploaded files: which are read, which are ignored, and how they are shown."""

from __future__ import annotations

import os
import re
import unicodedata

from autograder.errors import SubmissionRejected
from autograder.messages import say

DEPTH = 16
PATH_CHARACTERS = 500

IGNORED = frozenset({"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini", "Icon\r"})
"""Files that operating systems and Python add by themselves. Names that start with a dot are also ignored."""


def is_ignored(part: str) -> bool:
    """Return whether a file or folder of this name was added by an operating system or by Python."""
    return part.startswith(".") or part in IGNORED


_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that change the direction of text, so that a name looks like another one."""


def _is_treacherous(character: str) -> bool:
    # control characters, lone surrogates (bytes that are not UTF-8), line and paragraph separators
    return character in _DIRECTION or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}


def decoded(name: str) -> str:
    """Return a name of the file system as text. Bytes that are not UTF-8 may be from Korean Windows (CP949)."""
    try:
        name.encode()
        return name
    except UnicodeEncodeError:
        raw = os.fsencode(name)
    try:
        return raw.decode("cp949")
    except UnicodeDecodeError:
        return name


def checked(name: str) -> str:
    """Return a relative path that can be read on every system.

    Raises:
        SubmissionRejected: it has invisible characters or a backslash, or is too long.
    """
    if any(map(_is_treacherous, name)):
        raise SubmissionRejected(say("submission.name", name=shown(name)))
    if "\\" in name:
        raise SubmissionRejected(say("submission.backslash", name=shown(name)))
    if len(name) > PATH_CHARACTERS or name.count("/") >= DEPTH:
        raise SubmissionRejected(say("submission.deep", name=shown(name)))
    return name


def shown(name: str) -> str:
    """Return a printable name: escape invisible characters, and omit the middle of a long name."""
    name = "".join(f"\\u{ord(char):04x}" if _is_treacherous(char) else char for char in name)
    return name if len(name) <= 80 else f"{name[:40]}…{name[-39:]}"


def inside(name: str) -> str:
    """Return a path of an archive without "." and empty parts.

    Raises:
        SubmissionRejected: the path leads out of the archive.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    inside = "/".join(parts)
    if name.startswith("/") or ".." in re.split(r"[/\\]", name) or re.match(r"[A-Za-z]:", inside):
        raise SubmissionRejected(say("submission.path", name=shown(name)))
    return inside
