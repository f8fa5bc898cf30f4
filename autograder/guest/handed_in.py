"""The files of a submission next to its modules: in the working folder, and importable after everything else.

A file cannot replace a module of Python, of an allowed package or of the assignment, because they are found first.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import os
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from .importer import SubmissionImporter, decode_source
from .standins import ROOT


def write(files: Mapping[str, bytes | memoryview]) -> None:
    """Write the files below the working folder, read-only."""
    for file, content in files.items():
        with contextlib.suppress(OSError):  # a name that this file system does not allow, or too little space
            _write(file, content)


def _write(file: str, content: bytes | memoryview) -> None:
    if folder := os.path.dirname(file):
        os.makedirs(folder, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o444)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
    except OSError:
        os.unlink(file)  # no file is better than a part of one
        raise


class HandedInFinder:
    """Finds the ``late`` modules of a submission and the folders that contain modules. It is the last finder.

    All modules of a submission are also parts of the package ``ROOT``, so that ``from .helpers import f`` finds the
    module that ``from helpers import f`` finds.
    """

    def __init__(self, submission: SubmissionImporter) -> None:
        self._submission = submission
        parents = (name.rpartition(".")[0] for name in submission.sources)
        self._folders = {
            ".".join(parts[: i + 1]) for parts in (each.split(".") for each in parents) for i in range(len(parts))
        }

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname in self._submission.late:
            self._check(fullname)
            return self._submission.spec(fullname)
        if fullname == ROOT or fullname in self._folders:
            return importlib.machinery.ModuleSpec(fullname, None, is_package=True)
        root, _, name = fullname.partition(".")
        if root != ROOT:
            return None
        if name not in self._submission.sources and name not in self._folders:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        loader: Any = self
        return importlib.machinery.ModuleSpec(fullname, loader)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave it to Python to create the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Replace a part of ``ROOT`` by the module that an absolute import gives."""
        sys.modules[module.__name__] = importlib.import_module(module.__name__.partition(".")[2])

    def _check(self, name: str) -> None:
        """Raise SyntaxError, with the line, for a file that is not text."""
        file, source = self._submission.sources[name]
        try:
            decode_source(source)
        except UnicodeDecodeError as exc:
            line = source.count(b"\n", 0, exc.start) + 1
            raise SyntaxError("the line is not UTF-8 text", (file, line, None, None)) from None
