"""Files that are nearly what was asked for: a similar name, another kind of archive, a notebook saved as a .py."""

from __future__ import annotations

import difflib
import json
import re

_KINDS = {
    ".rar": "RAR", ".7z": "7z", ".tar": "tar", ".tgz": "tar", ".tbz2": "tar", ".txz": "tar", ".gz": "gzip",
    ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd", ".alz": "ALZ", ".egg": "EGG", ".zip": "zip", ".zipx": "zipx",
}  # fmt: skip

_FIRST_BYTES = {
    b"Rar!\x1a\x07": "RAR", b"7z\xbc\xaf\x27\x1c": "7z", b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd", b"ALZ\x01": "ALZ", b"EGGA": "EGG",
}  # fmt: skip

_ADDED = re.compile(r"^copy of |[ _.-]*\(\d+\)$|[ _.-]+(copy|복사본|사본|final|\d+)$")
"""Additions of browsers, file managers and people to a name: ``logistic (1).py``, ``logistic - Copy.py``."""

_PYTHON = re.compile(rb"^(async def|def|class|import|from|@\w)\b", re.MULTILINE)


def meant(module: str, names: list[str]) -> str | None:
    """Return the name that the student probably meant to be ``module``.

    Prefer a name that is equal after removing additions; otherwise, return the most similar name.
    """
    plain = {name: _plain(name) for name in names if re.search(r"\.(py|ipynb|txt)$", name.lower())}
    wanted = module.casefold()
    same = [name for name, stem in plain.items() if stem == wanted]
    if same:
        return min(same, key=lambda name: (name.count("/"), not name.lower().endswith(".py"), name))
    close = difflib.get_close_matches(wanted, plain.values(), n=1, cutoff=0.85)
    return next((name for name, stem in plain.items() if stem in close), None)


def _plain(name: str) -> str:
    stem = re.sub(r"(\.(py|ipynb|txt))+$", "", name.rpartition("/")[2].casefold())
    return re.sub(r"[ -]+", "_", _ADDED.sub("", stem).strip())


def archive_kind(name: str, content: bytes = b"") -> str:
    """Return the kind of an archive, by its first bytes or its ending; "" for another file.

    A zip archive is recognised by its ending only.
    """
    if content[257:262] == b"ustar":
        return "tar"
    found = (kind for first, kind in _FIRST_BYTES.items() if content.startswith(first))
    ending = re.search(r"\.[^./]+$", name.lower())
    tar = re.search(r"\.tar\.[^./]+$", name.lower())
    return next(found, "tar" if tar else _KINDS.get(ending[0], "") if ending else "")


def true_name(name: str, content: bytes) -> str:
    """Return a name with the right ending: ``.ipynb`` for a notebook saved as ``.py``, and the reverse."""
    stem, _, ending = name.rpartition(".")
    if not stem or ending.lower() not in ("py", "ipynb"):
        return name
    is_object = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    if ending.lower() == "py":
        return f"{stem}.ipynb" if is_object and _is_notebook(content) else name
    return f"{stem}.py" if not is_object and _PYTHON.search(content) else name


def _is_notebook(content: bytes) -> bool:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and any(isinstance(document.get(key), list) for key in ("cells", "worksheets"))
