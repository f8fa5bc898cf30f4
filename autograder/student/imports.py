"""What test code imports, opens and starts while it tests a submission on the trusted side.

An import of a student's module gives the handle. Nothing of the submission is opened or run here, and the solution is
never taken in its place: an audit hook of Python sees each file and each process before it is opened or started.
"""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from . import libraries
from .module import Modules
from .patches import watched

_active: list[_Block] = []  # the innermost block last
_is_hooked = False
_PROCESSES = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile"})


@contextlib.contextmanager
def installed(modules: Modules, *, source: Path | None = None, submission: Path | None = None) -> Iterator[None]:
    """Let test code import the student's modules, and keep it from the files of the submission, within the block.

    Args:
        modules: the modules that ``import`` gives. The module of a file that was handed in next to them is found, too.
        source: the instructor's folder. Its modules are imported from there, except those in ``modules``; relative
            names of data files are opened there.
        submission: the folder of the submission, if there is one on this machine. Nothing in it is opened.

    Raises within the block:
        SuiteError: test code opens or runs a file of the submission, or the solution.
    """
    global _is_hooked
    if not _is_hooked:
        sys.addaudithook(_audit)
        _is_hooked = True
    block = _Block(modules, source, submission)
    before = {name: sys.modules.get(name) for name in block.names()}
    finder: Any = block
    sys.meta_path.insert(0, finder)
    for name in before:
        sys.modules.pop(name, None)
    sys.modules.update({name: modules[name] for name in modules.executed & before.keys()})  # for importlib.reload
    _active.append(block)
    try:
        with contextlib.chdir(source) if source is not None else contextlib.nullcontext(), watched(modules):
            yield
    finally:
        _active.remove(block)
        sys.meta_path.remove(finder)
        for name in [*block.imported, *before]:
            sys.modules.pop(name, None)
        sys.modules.update({name: module for name, module in before.items() if module is not None})


class _Block:
    """One block of :func:`installed`: a finder of modules, and the judge of files."""

    def __init__(self, modules: Modules, source: Path | None, submission: Path | None) -> None:
        self.modules = modules
        self.imported: list[str] = []
        self.thread = threading.get_ident()
        self.is_judging = False
        self._source = source.resolve() if source is not None else None
        self._submission = submission.resolve() if submission is not None else None

    def names(self) -> list[str]:
        return [part for name in self.modules for part in _prefixes(name)]

    # --- imports

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        top = fullname.partition(".")[0]
        if fullname in self.modules:
            return self._handle(fullname)
        if top in sys.stdlib_module_names:
            return None
        if not self.modules.is_handed_in(top) and top not in self.names():
            return self._noted(self._in_source(fullname, path))
        found = self._elsewhere(fullname, path)
        if found is None and (self.modules.is_handed_in(fullname) or fullname in self.names()):
            return self._handle(fullname)  # or a folder around a module of the student's, without __init__.py
        if found is None:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return self._noted(found)

    def _noted(self, spec: importlib.machinery.ModuleSpec | None) -> importlib.machinery.ModuleSpec | None:
        """Note a module of the instructor's, which must not stay for the tests of another course.

        Those of an adopted suite, whose folder is on the path, stay as long as the suite.
        """
        if spec is not None and str(self._source) not in sys.path:
            self.imported.append(spec.name)
        return spec

    def _in_source(self, fullname: str, path: Sequence[str] | None) -> importlib.machinery.ModuleSpec | None:
        if self._source is None or path is not None or str(self._source) in sys.path:
            return None  # what is on the path is found without us: by pytest, which rewrites the assertions of tests
        return importlib.machinery.PathFinder.find_spec(fullname, [str(self._source)])

    def _elsewhere(self, fullname: str, path: Sequence[str] | None) -> importlib.machinery.ModuleSpec | None:
        """Find a module whose name is also that of a file of the student's: in a library, or in ``source``."""
        if path is None:
            path = [entry for entry in sys.path if entry and libraries.is_library_file(os.path.join(entry, "x"))]
            if self._source is not None:
                own = (entry for entry in sys.path if entry and Path(entry).resolve().is_relative_to(self._source))
                path += dict.fromkeys([*own, str(self._source)])
        return importlib.machinery.PathFinder.find_spec(fullname, list(path))

    def _handle(self, fullname: str) -> importlib.machinery.ModuleSpec:
        self.imported.append(fullname)
        loader: Any = self
        return importlib.machinery.ModuleSpec(fullname, loader, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return self.modules.module_named(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """A module of the student's has no code here. ``importlib.reload`` runs its code in the worker again."""
        name = module.__name__
        if name in self.modules.executed:
            self.modules.operate(self.modules.module(name), "reload", keep=True, label=f"reload({name})")
        elif "." not in name and name in self.modules:  # a folder around a module is imported anew
            self.modules.executed.add(name)

    # --- files and processes

    def refused_file(self, path: Any) -> str:
        """Return why a file must not be opened, or ""."""
        if not isinstance(path, str | bytes | os.PathLike):
            return ""
        real = os.path.realpath(os.fsdecode(path))
        if libraries.is_library_file(real):
            return ""
        if self._submission is not None and real.startswith(f"{self._submission}{os.sep}") and not self._is_ours(real):
            return f"the test opens {os.path.basename(real)} of the submission"
        names = {f"{name.replace('.', os.sep)}{end}" for name in self.modules for end in (".py", ".ipynb")}
        for name in names:
            if real.endswith(os.sep + name):
                return f"the test opens {name}, the file of the student's module"
        return ""

    def _is_ours(self, real: str) -> bool:
        """Return whether the instructor's folder lies in the submission and holds the file under another name."""
        return self._source is not None and self._source != self._submission and real.startswith(f"{self._source}/")

    def refused_process(self, event: str, args: tuple[Any, ...]) -> str:
        """Return why a process must not be started, or ""."""
        words = " ".join(_words(args))
        mentioned = [name for name in self.modules if name.rpartition(".")[2] in words]
        if mentioned or "pytest" in words or "unittest" in words:
            return f"the test starts a process on the student's file: {words[:80]}"
        return ""


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str | bytes | os.PathLike):
        yield os.fsdecode(value)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _words(item)


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[: i + 1]) for i in range(len(parts)))


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if not _active or (event != "open" and event not in _PROCESSES):
        return
    block = _active[-1]
    if block.is_judging or threading.get_ident() != block.thread:
        return
    block.is_judging = True
    try:
        why = block.refused_file(args[0]) if event == "open" else block.refused_process(event, args)
        error = block.modules.error(f"{why}. Call its functions, which run in the worker") if why else None
    finally:
        block.is_judging = False
    if error is not None:
        raise error
