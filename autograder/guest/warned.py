"""Warnings of the student's code, which test code sees as if it had called that code in its own process."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

from .exceptions import mro, type_name

MAX_WARNINGS = 20  # of one call
MAX_TEXT = 500  # characters
MAX_CLASSES = 8


@contextlib.contextmanager
def recorded(*, is_on: bool) -> Iterator[list[list[Any]]]:
    """Record the warnings of a block instead of writing them, whatever filters the submission has."""
    found: list[list[Any]] = []
    if not is_on:
        yield found
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield found
        finally:
            found += [_described(each) for each in list(caught)[:MAX_WARNINGS]]


def _described(warning: warnings.WarningMessage) -> list[Any]:
    try:
        text = str.__getitem__(str(warning.message), slice(MAX_TEXT)).encode("utf-8", "replace").decode()
    except Exception:  # the text of a class of the student's
        text = ""
    return [[_name(kind) for kind in mro(warning.category)[:MAX_CLASSES]], text]


def _name(kind: type) -> str:
    return f"{type.__dict__['__module__'].__get__(kind)}:{type_name(kind)}"[:200]
