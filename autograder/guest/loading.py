"""What a LOAD frame asks for: the submission's modules become importable, and the main one is imported."""

from __future__ import annotations

import contextlib
import importlib
import sys
from types import ModuleType
from typing import Any

from . import handed_in
from .handed_in import HandedInFinder
from .importer import SubmissionImporter
from .module_names import modules_of
from .runner import Runner
from .show import PACKAGE, ShowFinder
from .standins import StandInFinder
from .torchvision_import import import_torchvision


def install(header: dict[str, Any], body: bytearray, runner: Runner) -> SubmissionImporter:
    """Let this process import the modules of a LOAD frame, and read its other files; return the importer."""
    view = memoryview(body)
    sources = {name: (file, bytes(view[offset : offset + size])) for name, file, offset, size in header["modules"]}
    late = _take_files(header, view, sources)
    importer = SubmissionImporter(sources, runner, late=late, notebooks=frozenset(header.get("notebooks", ())))
    stand_ins = StandInFinder(runner, header.get("packages"))
    if PACKAGE in sources:  # the submission has a file of this name
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, ShowFinder)]
    sys.meta_path[:] = [stand_ins, importer, *sys.meta_path, HandedInFinder(importer)]
    sys.modules.pop(header["main"], None)  # it may be a library module of the same name
    return importer


def _take_files(header: dict[str, Any], body: memoryview, sources: dict[str, tuple[str, bytes]]) -> set[str]:
    """Write the other files of the submission, and add their modules to ``sources``; return the modules' names."""
    files = {}
    offset = sum(size for _, _, _, size in header["modules"])
    for length, size in header.get("files", ()):
        name = bytes(body[offset : offset + length]).decode()
        files[name] = body[offset + length : offset + length + size]
        offset += length + size
    handed_in.write(files)
    late = {name: (file, bytes(files[file])) for name, file in modules_of(files).items() if name not in sources}
    sources.update(late)
    return set(late)


def import_main(name: str, importer: SubmissionImporter, runner: Runner) -> ModuleType:
    """Import the main module of the submission; whatever its import raises propagates."""
    if any(b"torchvision" in source for _, source in importer.sources.values()):
        with contextlib.suppress(ImportError):  # not installed: the student's own import will raise
            import_torchvision()
    with runner.loading():
        return importlib.import_module(name)


def numbers_to_skip(header: dict[str, Any]) -> dict[str, set[int]]:
    """Return the numbers of the statements that a LOAD frame leaves out, by module."""
    numbers: dict[str, set[int]] = {}
    for module, first, last in header.get("skip", ()):
        numbers.setdefault(module, set()).update(range(first, last + 1))
    return numbers
