"""The contents of a worker's file system: the interpreter, system libraries, the allowed packages, nothing else."""

from __future__ import annotations

import csv
import functools
import importlib.metadata
import importlib.util
import os
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .namespaces import inside

_TRIPLET = sysconfig.get_config_var("MULTIARCH") or "none"  # the folder of shared libraries below /usr/lib


@dataclass(frozen=True, slots=True)
class View:
    """The visible files: ``paths`` are read-only. Of ``covered`` folders inside them only those in ``paths`` appear."""

    paths: tuple[str, ...]
    covered: tuple[str, ...]


@functools.cache
def of_packages(packages: frozenset[str]) -> View:
    """Return the view for workers that may import the standard library and ``packages`` (with their requirements)."""
    stdlib = Path(os.__file__).parent
    paths = {str(stdlib), *_system_libraries()}
    for name in _with_requirements(packages):
        paths.update(_files_of(name))
    shown = tuple(sorted(path for path in paths if os.path.lexists(path)))
    # Packages lie there unless Python runs in an environment of its own.
    covered = tuple(str(stdlib / name) for name in ("dist-packages", "site-packages"))
    return View(_outermost(shown, covered), covered)


def readable(view: View) -> tuple[str, ...]:
    """Return what a worker without a view of its own may read, so that it reads nothing more than with one.

    Landlock cannot except a folder from a rule. So a folder with covered ones in it, as the standard library is where
    packages lie inside it, is replaced by its entries. Landlock also follows the link ``/lib`` to all of ``/usr/lib``.
    """
    found: list[str] = []
    for path in view.paths:
        if os.path.islink(path) and f"{os.path.realpath(path)}/{_TRIPLET}" in view.paths:
            continue
        holds_covered = any(inside(each, [path]) and os.path.isdir(each) for each in view.covered)
        entries = [f"{path}/{name}" for name in sorted(os.listdir(path))] if holds_covered else [path]
        found += [entry for entry in entries if entry not in view.covered]
    return tuple(found)


def _outermost(paths: Sequence[str], covered: Sequence[str]) -> tuple[str, ...]:
    """Leave out what is inside a visible folder: it is visible already, and a second mount would only cost time."""
    kept: list[str] = []
    for path in paths:  # sorted, so a folder comes before its contents
        if inside(path, covered) or not inside(path, kept):
            kept.append(path)
    return tuple(kept)


def _system_libraries() -> Iterator[str]:
    yield from ("/lib", "/lib64", f"/usr/lib/{_TRIPLET}", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo")
    yield "/usr/lib/locale/C.utf8"
    if os.path.realpath("/lib") == "/lib":  # not a link into /usr
        yield f"/lib/{_TRIPLET}"
    shared = sysconfig.get_config_var("LIBDIR")
    if shared:
        yield from (str(path) for path in Path(shared).glob("libpython3*.so*"))


def _with_requirements(packages: frozenset[str]) -> set[str]:
    """Return ``packages`` and the installed distributions that they require, also by an extra of another one.

    PyTorch for CUDA 13 requires the libraries of CUDA as extras of ``cuda-toolkit``.
    """
    found: set[tuple[str, str]] = set()
    waiting = [(name, "") for name in packages]  # each with an extra
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        try:
            requirements = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # not installed, so it has no files
        found.add((name, extra))
        if requirements:  # numpy has none, and importing the parser takes longer than the rest of this module
            from packaging.requirements import Requirement
        for text in requirements:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                waiting += [(requirement.name, each) for each in ("", *requirement.extras)]
    return {name for name, _ in found}


def _files_of(distribution: str) -> set[str]:
    """Return the top-level folders and files of a distribution in site-packages."""
    whole = importlib.metadata.distribution(distribution)
    record = whole.read_text("RECORD")
    if record is None:  # installed by an old tool
        paths = [str(file) for file in whole.files or ()]
    else:  # parsed here: importlib.metadata takes 0.1 s for torch's 13,000 files
        paths = [row[0] for row in csv.reader(record.splitlines())]
    tops = {path.partition("/")[0] for path in paths} - {"", "..", "__pycache__"}  # "" comes from an absolute path
    site = Path(str(whole.locate_file("")))
    return {str(site / top) for top in tops if not top.endswith(".pth")}
