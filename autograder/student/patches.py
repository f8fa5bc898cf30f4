"""Replacements of library functions by test code, as in ``mock.patch("numpy.dot")``.

They change the trusted side alone. Those of a few builtins are made in the worker, too; while any other one is in
force, a call of the student's code is an error of the suite and not a wrong mark.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from unittest import mock

import pytest

from . import libraries
from .module import LibraryView, Modules, StudentModule

_FORWARDED = frozenset({("builtins", "input"), ("builtins", "print"), ("builtins", "open"), ("time", "sleep")})
_HARMLESS = frozenset({("sys", "stdout"), ("sys", "stderr")})  # what a call prints goes there anyway
_TESTING = frozenset({"unittest", "doctest", "pytest", "_pytest"})


@contextlib.contextmanager
def watched(modules: Modules) -> Iterator[None]:
    """Take note of each replacement that mock or monkeypatch makes within the block."""
    patcher: Any = mock._patch
    own: Any = pytest.MonkeyPatch
    before = patcher.__enter__, patcher.__exit__, own.setattr, own.undo

    def enter(self: Any) -> Any:
        result = before[0](self)
        begin(modules, self, self.target, self.attribute)
        return result

    def leave(self: Any, *exc: Any) -> Any:
        end(modules, self)
        return before[1](self, *exc)

    def set_one(self: Any, *args: Any, **kwargs: Any) -> None:
        before[2](self, *args, **kwargs)
        target, name, _ = self._setattr[-1]
        begin(modules, (id(self), len(self._setattr)), target, name)

    def undo(self: Any) -> None:
        for key in [key for key in modules.patches if isinstance(key, tuple) and key[0] == id(self)]:
            end(modules, key)
        before[3](self)

    patcher.__enter__, patcher.__exit__, own.setattr, own.undo = enter, leave, set_one, undo
    try:
        yield
    finally:
        patcher.__enter__, patcher.__exit__, own.setattr, own.undo = before
        modules.patches.clear()


def begin(modules: Modules, key: Any, target: Any, name: str) -> None:
    """Note that a name of a library is replaced; make the replacement in the worker if it is one of a few."""
    if isinstance(target, StudentModule | LibraryView) or not isinstance(target, ModuleType | type):
        return
    if (getattr(target, "__name__", ""), name) in _HARMLESS:
        return
    where = target.__name__ if isinstance(target, ModuleType) else f"{target.__module__}.{target.__qualname__}"
    top = where.partition(".")[0]
    if top in _TESTING or not (top in sys.stdlib_module_names or top in ("numpy", "torch")):
        return  # not of the student's world
    if isinstance(target, type) and libraries.path_of(target) is None:
        return  # a class of the test
    if isinstance(target, ModuleType) and libraries.module_of(target.__name__) is not target:
        return  # a module of the instructor's
    if (where, name) in _FORWARDED and not modules.is_without_submission:
        modules.patches[key] = modules.forward(where, name, getattr(target, name))
    else:
        modules.patches[key] = f"{where}.{name}"


def end(modules: Modules, key: Any) -> None:
    """Forget a replacement, or undo it in the worker."""
    undo = modules.patches.pop(key, None)
    if callable(undo):
        undo()
