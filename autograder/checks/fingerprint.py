"""A digest of what a computation depends on: its data, and its functions with what they close over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

from ..values import as_array, is_tensor

_MAX_DEPTH = 8  # levels of containers and closures; deeper, or in a circle, nothing is cached


class _Unknown(Exception):
    """The content of a value cannot be determined, so a result that depends on it cannot be cached."""


def fingerprint(value: Any) -> str | None:
    """Return a SHA-256 digest, in hexadecimal, of everything in ``value``.

    Equal digests mean equal content: plain data, arrays, tensors, lists, tuples, dicts, and functions with their code,
    their defaults and the variables that they close over. Modules, classes and global variables count by name.

    Returns:
        None if the content of a part cannot be determined.
    """
    try:
        return hashlib.sha256(b"\0".join(_content(value, 0))).hexdigest()
    except (_Unknown, ValueError):  # ValueError: a function closes over a variable that is not set yet
        return None


def _content(value: Any, depth: int) -> Iterator[bytes]:
    """Yield the content of ``value`` in pieces. A length before each container keeps different ones apart."""
    if depth > _MAX_DEPTH:
        raise _Unknown
    inner: Sequence[Any] = ()
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        yield f"{type(value).__name__} {value!r}".encode()
    elif isinstance(value, np.ndarray | np.generic) or is_tensor(value):
        array = as_array(value)
        if array.dtype.hasobject:
            raise _Unknown
        kind = array.dtype.str if array.dtype.kind in "biufc" else array.dtype
        yield f"{type(value).__name__} {kind} {array.shape}".encode()
        yield array.tobytes()
    elif type(value) in (list, tuple, dict):
        yield f"{type(value).__name__} {len(value)}".encode()
        inner = list(value.items()) if type(value) is dict else value
    elif isinstance(value, ModuleType):
        yield f"module {value.__name__}".encode()
    elif isinstance(value, type | BuiltinFunctionType | np.ufunc):
        yield f"{getattr(value, '__module__', '')} {value.__name__}".encode()
    elif type(value) is partial:
        yield b"partial"
        inner = (value.func, value.args, value.keywords)
    elif isinstance(value, FunctionType):
        code = value.__code__
        yield f"{value.__module__} {value.__qualname__} {code.co_filename} {code.co_firstlineno}".encode()
        yield f"{code.co_code!r} {code.co_names} {code.co_consts}".encode()
        cells = tuple(cell.cell_contents for cell in value.__closure__ or ())
        inner = (cells, value.__defaults__, value.__kwdefaults__)
    else:
        raise _Unknown
    for part in inner:
        yield from _content(part, depth + 1)
