"""Have libraries do without what a worker cannot do: start another process, and set modes and times of shared files.

A ``DataLoader`` with workers loads in the worker itself, in the same order. ``torch.compile``, which starts a C++
compiler, returns its argument, as it does with ``disable=True``.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
from collections.abc import Callable
from typing import Any


class _Fixed:
    """An attribute of a class that always has ``value``, whatever an object assigns to it."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __get__(self, owner: object, kind: type | None = None) -> Any:
        return self._value

    def __set__(self, owner: object, value: Any) -> None:
        """Ignore the value."""


def use_one_process() -> None:
    """Change torch in this process and those that it forks."""
    import torch
    from torch.utils.data import DataLoader

    # An assignment ignores the value, so that torch checks the arguments as usual.
    for name, value in (("num_workers", 0), ("timeout", 0), ("multiprocessing_context", None)):
        setattr(DataLoader, name, _Fixed(value))
    _replace(torch, "compile", _compile)
    _replace(torch, "set_num_interop_threads", lambda threads: None)  # torch allows it once, before any work


def _replace(owner: Any, name: str, function: Callable[..., Any]) -> None:
    setattr(owner, name, functools.update_wrapper(function, getattr(owner, name)))


def _compile(model: Any = None, **options: Any) -> Any:
    return (lambda function: function) if model is None else model


def copy_without_modes() -> None:
    """Let shutil copy a file where modes and times cannot be set: the copy keeps those that it has."""

    def tolerant(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def copy(*args: Any, **kwargs: Any) -> None:
            with contextlib.suppress(PermissionError):
                function(*args, **kwargs)

        return copy

    shutil.copymode = tolerant(shutil.copymode)
    shutil.copystat = tolerant(shutil.copystat)
