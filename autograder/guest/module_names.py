"""The names of the modules that a submission contains, by its files. The trusted side uses this, too."""

from __future__ import annotations

from collections.abc import Iterable


def modules_of(files: Iterable[str]) -> dict[str, str]:
    """Return the file of each module and package by its name: ``shapes.sizes`` for ``shapes/sizes.py``."""
    found: dict[str, str] = {}
    for file in files:
        stem, _, ending = file.rpartition(".")
        parts = stem.split("/")
        if ending != "py" or not all(map(str.isidentifier, parts)):
            continue
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        if name and (is_package or name not in found):  # a package comes before a module of the same name
            found[name] = file
    return found
