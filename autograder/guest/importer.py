"""Import a submission's modules from memory; they are never written to a file."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import io
import linecache
import sys
from collections.abc import Sequence, Set
from types import ModuleType
from typing import Any

from .runner import Runner
from .standins import ROOT


class SubmissionImporter:
    """Finds and loads the student's modules, so that one file may import another.

    ``sources`` maps a module's name to its file name and its source. This finder does not find those in ``late``, which
    it only loads (``handed_in.py``). ``notebooks`` are those that were a notebook; such a module is ``__main__``, as in
    a notebook. A finder and a loader without their base classes: ``importlib.abc`` takes long to import.
    """

    def __init__(
        self,
        sources: dict[str, tuple[str, bytes]],
        runner: Runner,
        *,
        late: Set[str] = frozenset(),
        notebooks: Set[str] = frozenset(),
    ) -> None:
        self.sources = sources
        self.late = late
        self._runner = runner
        self._notebooks = notebooks

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return self.spec(fullname) if fullname in self.sources and fullname not in self.late else None

    def spec(self, name: str) -> importlib.machinery.ModuleSpec:
        """Return the specification of a module in ``sources``."""
        file = self.sources[name][0]
        loader: Any = self
        return _Spec(name, loader, origin=file, is_package=file.endswith("/__init__.py"))

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave it to Python to create the module."""

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        file, source = self.sources[name]
        module.__file__ = file
        text = decode_source(source)
        # pytest, inspect and tracebacks read the lines from here, because there is no such file.
        linecache.cache[file] = (len(source), None, io.StringIO(text).readlines(), file)
        if name in self._notebooks:
            module.__name__ = "__main__"
            sys.modules["__main__"] = module
        self._runner.run(name, file, text, module.__dict__, is_notebook=name in self._notebooks)

    @property
    def files(self) -> set[str]:
        return {file for file, _ in self.sources.values()}

    @property
    def modules(self) -> set[str]:
        """The names that the modules have when they run."""
        return {*self.sources, "__main__"} if self._notebooks else set(self.sources)


class _Spec(importlib.machinery.ModuleSpec):
    @property
    def parent(self) -> str:
        """The package for relative imports."""
        parent = super().parent
        return f"{ROOT}.{parent}" if parent else ROOT


def decode_source(source: bytes) -> str:
    """Decode source as Python reads a file: byte order mark, declared encoding, any line ends.

    Raises:
        UnicodeDecodeError: the bytes are not of the declared encoding.
    """
    try:
        return importlib.util.decode_source(source)
    except SyntaxError:  # an unknown encoding, or bytes of another one in the first two lines
        return source.decode("utf-8")
