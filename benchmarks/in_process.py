"""The baseline: the same cases in a plain pytest that imports the submission, as most graders do.

A pytest plug-in. ``student`` is the imported module itself, wrapped so that the vocabulary of the cases works. It is
for trusted code only: everything that the framework keeps apart is in one process here.

Into the file that the variable OWN names it writes the CPU seconds of the submission's own computing.
"""

from __future__ import annotations

import copy
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from autograder.grading.execution import rng_of
from autograder.student.call import RecordedCall


class Stopwatch:
    """CPU seconds inside the submission. A call within a call is not counted again."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.changed: list[str] = []  # arguments that the calls of a case changed in place
        self.is_running = False

    def record(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, tuple[Any, ...]]:
        """Call a function on copies of ``args``; return its result, and the copies as they are afterwards."""
        given = copy.deepcopy(args)
        self.is_running, started = True, time.process_time()
        try:
            return function(*given, **kwargs), given
        finally:
            self.is_running = False
            self.seconds += time.process_time() - started
            self.changed += changed(args, given)

    def watch_methods(self, thing: Any) -> None:
        """Wrap the methods of an object of the submission, too, also those that its class inherits."""
        if type(thing).__module__ == "submission":
            for name in dir(type(thing)):
                if callable(getattr(type(thing), name)) and not name.startswith("_"):
                    setattr(thing, name, LocalFunction(getattr(thing, name), {}))


OWN = Stopwatch()


class LocalFunction:
    """A function of the submission with the interface of the handle's functions."""

    def __init__(self, function: Any, prepared: dict[Any, Any]) -> None:
        self._function = function
        self.prepared = prepared
        self.__name__ = getattr(function, "__name__", "function")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if OWN.is_running:  # one method calls another
            return self._function(*args, **kwargs)
        return self.record(*args, **kwargs).result

    def record(self, *args: Any, **kwargs: Any) -> RecordedCall:
        result, given = OWN.record(self._function, *args, **kwargs)
        aliases = tuple(str(i) for i, arg in enumerate(given) if _share(arg, result))
        result = copy.deepcopy(result)
        OWN.watch_methods(result)
        return RecordedCall(self.__name__, args, kwargs, result, changed(args, given), aliases, 0.0)

    def each(self, arguments: Any) -> Any:
        for args in arguments:
            yield self(*args)

    def record_each(self, arguments: Any) -> Any:
        for args in arguments:
            yield self.record(*args)


class LocalModule:
    """The submission's module; its functions are wrapped, everything else is handed out as it is."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._prepared: dict[Any, Any] = {}

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        return LocalFunction(value, self._prepared) if callable(value) else value


def changed(before: tuple[Any, ...], after: tuple[Any, ...]) -> tuple[str, ...]:
    """Return the numbers of the arguments that differ."""
    return tuple(str(i) for i, (old, new) in enumerate(zip(before, after, strict=True)) if not _same(old, new))


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    return bool(np.array_equal(old, new, equal_nan=True)) if isinstance(old, np.ndarray) else True


def _share(argument: Any, result: Any) -> bool:
    if isinstance(argument, dict) and isinstance(result, dict):
        return any(_share(a, r) for a in argument.values() for r in result.values())
    both = isinstance(argument, np.ndarray) and isinstance(result, np.ndarray)
    return argument is result if not both else bool(np.may_share_memory(argument, result))


def load(path: str, name: str) -> ModuleType:
    """Import a file under ``name``."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "task: a case")


@pytest.fixture
def student() -> Iterator[LocalModule]:
    """The submission. A case that passes fails all the same if a call changed an argument in place."""
    OWN.changed.clear()
    yield LocalModule(load(os.environ["SUBMISSION"], "submission"))
    if OWN.changed:
        pytest.fail("an argument was changed in place")


@pytest.fixture(scope="session")
def reference() -> ModuleType:
    return load(os.environ["REFERENCE"], "reference")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    return rng_of(int(os.environ["SEED"]), request.node.name)


@pytest.fixture
def device() -> str:
    return "cpu"


@pytest.fixture
def measure() -> Callable[..., None]:
    return lambda *args, **kwargs: None


if __name__ == "__main__":
    if "WITHOUT_TORCH" not in os.environ:
        import torch  # noqa: F401  # what a course's grader imports, whatever the assignment

    # without the entry point, which would run the cases through the wall
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:autograder", "--import-mode=importlib", "-c", os.devnull]
    arguments += [f"--junitxml={os.environ['JUNIT']}"] if "JUNIT" in os.environ else []
    folders = [Path(argument) for argument in sys.argv[1:]]
    arguments += [f"--rootdir={folders[0].parent}", *map(str, folders)]
    status = pytest.main(arguments, plugins=[sys.modules[__name__]])
    if "OWN" in os.environ:
        Path(os.environ["OWN"]).write_text(str(OWN.seconds), encoding="ascii")
    sys.exit(status)
