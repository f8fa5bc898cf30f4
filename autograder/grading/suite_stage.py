"""Where the tests of an adopted suite run: a private copy of its folder, and what its imports find.

The copy is this process's own, so that tests may write files next to themselves; it is as new for every submission.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import os
import random
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from ..course.suite import Suite
from . import gradescope_marks

_Stamp = tuple[int, int]  # size and time of the last change


class SuiteStage:
    """The copy of a suite, for as long as its tests are collected and run.

    Attributes:
        folder: the copy.
    """

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._open = contextlib.ExitStack()
        self._stamps: Mapping[str, _Stamp] = {}
        self._globals: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self.folder = Path()

    def __enter__(self) -> SuiteStage:
        folder = self._open.enter_context(tempfile.TemporaryDirectory(prefix="autograder-suite-"))
        self.folder = Path(folder).resolve() / "suite"
        shutil.copytree(self._suite.folder, self.folder)
        self._stamps = _stamps(self.folder)
        self._open.enter_context(_own_modules(self.folder))
        sys.path[:0] = [str(self.folder), *(str(self.folder / path) for path in self._suite.paths)]
        own = {path.stem for path in self.folder.rglob("*.py")}
        sys.modules.update({name: each for name, each in gradescope_marks.modules().items() if name not in own})
        if any(b"hypothesis" in path.read_bytes() for path in self.folder.rglob("*.py")):
            self._open.enter_context(_settled_hypothesis())
        return self

    def __exit__(self, *raised: object) -> None:
        self._open.close()

    @property
    def files(self) -> list[Path]:
        """The files with tests."""
        return [self.folder / name for name in self._suite.test_files]

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Run a block whose output and warnings go nowhere."""
        sink = io.StringIO()
        with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield

    def keep(self) -> None:
        """Remember the variables of the suite's modules, before the first submission."""
        self._globals = [(vars(module), dict(vars(module))) for module in _modules_in(self.folder)]

    def import_again(self, item: pytest.Item) -> None:
        """Run the suite's modules once more, because they took values of another submission; let ``item`` see it."""
        for module in reversed(_modules_in(self.folder)):  # what was imported last was imported by those before it
            if module.__spec__ is not None and not hasattr(module, "__path__"):
                importlib.reload(module)
        node: Any = item
        while node is not None and not isinstance(node, pytest.Module):
            if hasattr(node, "_obj"):
                node._obj = None
            node = node.parent

    def renew(self) -> None:
        """Undo what the tests of one submission left: in files, in variables of modules, and in caches."""
        for variables, before in self._globals:
            for value in before.values():
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()
            if variables.keys() != before.keys() or any(variables[name] is not before[name] for name in before):
                variables.clear()
                variables.update(before)
        now = _stamps(self.folder)
        for name in now.keys() - self._stamps.keys():
            (self.folder / name).unlink(missing_ok=True)
        changed = [name for name, stamp in self._stamps.items() if now.get(name) != stamp]
        for name in changed:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self._suite.folder / name, self.folder / name)
        if changed:
            self._stamps = _stamps(self.folder)


def seed(number: int) -> None:
    """Seed what tests draw from without a seed of their own, so that all submissions get the same numbers."""
    random.seed(number)
    np.random.seed(number % 2**32)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(number % 2**63)


def _stamps(folder: Path) -> dict[str, _Stamp]:
    found = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = os.path.join(place, name)
            status = os.lstat(path)
            found[os.path.relpath(path, folder)] = (status.st_size, status.st_mtime_ns)
    return found


def _modules_in(folder: Path) -> list[ModuleType]:
    """Return the imported modules whose file lies in a folder."""
    start = f"{folder}{os.sep}"
    return [module for module in list(sys.modules.values()) if _is_in(module, start)]


def _is_in(module: object, start: str) -> bool:
    path = getattr(module, "__path__", None)
    folders = path if isinstance(path, Iterable) else ()  # torch.classes answers every name with an object of its own
    places = [getattr(module, "__file__", None) or "", *folders]
    return any(isinstance(place, str) and f"{place}{os.sep}".startswith(start) for place in places)


@contextlib.contextmanager
def _own_modules(folder: Path) -> Iterator[None]:
    """Let names of files in ``folder`` mean these files, and forget all modules of the folder at the end."""
    names = {path.stem if path.is_file() else path.name for path in folder.rglob("*")}
    names -= sys.stdlib_module_names | {"numpy", "torch", "pytest", "autograder"}
    names |= gradescope_marks.PACKAGES
    aside = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in names}
    path = sys.path.copy()
    for name in aside:
        del sys.modules[name]
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = path
        ours = {id(module) for module in _modules_in(folder)}
        for name, module in list(sys.modules.items()):
            if id(module) in ours or name.partition(".")[0] in gradescope_marks.PACKAGES:
                del sys.modules[name]
        sys.modules.update(aside)


@contextlib.contextmanager
def _settled_hypothesis() -> Iterator[None]:
    """Let hypothesis draw the same examples for all submissions, without a limit of time and without files."""
    try:
        from hypothesis import HealthCheck, Phase, settings
    except ImportError:
        yield
        return
    before = settings.get_current_profile_name()
    settings.register_profile(
        "autograder",
        derandomize=True,
        database=None,
        deadline=None,
        print_blob=False,
        phases=[Phase.explicit, Phase.generate],  # to shrink an example costs hundreds of calls for each wrong answer
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("autograder")
    try:
        yield
    finally:
        settings.load_profile(before)
