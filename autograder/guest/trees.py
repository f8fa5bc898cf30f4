"""What encoder and decoder share: the caps of trees, their data types, and the two errors. ``wire.py`` describes trees.

Every cap is checked on both sides: by the encoder for a helpful message, by the decoder because its peer is hostile.
"""

from __future__ import annotations

import functools
import math
import operator
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

MAX_DEPTH = 16
MAX_NODES = 4096
MAX_NDIM = 8
MAX_STRING = 64 * 1024  # bytes of UTF-8
MAX_KEYS = 256
MAX_FIELDS = 64  # of a named tuple
MAX_EMPTY = 1 << 26  # entries of an empty array if its empty axes were 1: a sum over them makes an array of that size
MIN_ENTRY = 8  # bytes that an entry of an array counts: a case may make a Python object of it
MAX_PACKED = 1 << 20  # numbers in packed lists of one frame: 8 bytes each on the wire, 40 as objects in a list

DTYPES = {
    name: np.dtype(code)
    for name, code in {
        "bool": "?", "i1": "i1", "u1": "u1", "i2": "<i2", "u2": "<u2", "i4": "<i4", "u4": "<u4", "i8": "<i8",
        "u8": "<u8", "f2": "<f2", "f4": "<f4", "f8": "<f8", "c8": "<c8", "c16": "<c16",
    }.items()
}  # fmt: skip
NAMES = {dtype: name for name, dtype in DTYPES.items()}
BFLOAT16 = "bf16"  # tensors only, as raw 16-bit words: numpy has no such dtype
PACK_FROM = 16  # shorter lists of numbers stay readable in the header
_INTEGER = re.compile(r"-?[0-9]{1,20}", re.ASCII)

Tree = Any  # None | bool | dict[str, Any], as described in wire.py


class WireError(Exception):
    """The peer sent something that is not a frame of this protocol."""


class Unsendable(Exception):
    """A value that cannot be sent; the text is a remedy."""


def field_names(kind: type) -> list[str]:
    """Return the names of the fields of a named tuple; [] for any other class."""
    names = type.__dict__["__dict__"].__get__(kind).get("_fields")
    if type(names) is not tuple or not names:
        return []
    return list(names) if are_fields(names) else []


def are_fields(names: Any) -> bool:
    """Return whether these are names that the fields of a named tuple may have, each once."""
    if not isinstance(names, list | tuple) or len(names) > MAX_FIELDS or len({*map(str, names)}) != len(names):
        return False
    return all(type(name) is str and len(name) <= 80 and name.isidentifier() and name[0] != "_" for name in names)


@functools.lru_cache(maxsize=64)
def named_tuple(name: str, names: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    """Return a class of tuples with named fields. ``collections.namedtuple`` would evaluate text, which a peer sent."""

    def as_dict(self: Any) -> dict[str, Any]:
        return dict(zip(names, self, strict=True))

    def written(self: Any) -> str:
        return f"{name}({', '.join(f'{key}={item!r}' for key, item in as_dict(self).items())})"

    fields = {key: property(operator.itemgetter(i)) for i, key in enumerate(names)}
    space = {"_fields": names, "_asdict": as_dict, "__repr__": written, "__slots__": (), **fields}
    return type(name, (tuple,), space)


def replaced(value: Any, by_id: Mapping[int, Any]) -> Any:
    """Return a value with other parts in the place of some; lists, tuples and dicts around them are new ones."""
    if id(value) in by_id:
        return by_id[id(value)]
    if type(value) in (list, tuple):
        return type(value)(replaced(item, by_id) for item in value)
    if type(value) is dict:
        return {key: replaced(item, by_id) for key, item in value.items()}
    return value


def is_odd(value: Any, depth: int = 0) -> bool:
    """Return whether it is an integer of more than 64 bits, a dict with other keys or too many, or an array of text."""
    kind = type(value)
    if kind is int:
        return not -(2**63) <= value < 2**64
    if kind is dict:
        return len(value) > MAX_KEYS or not all(type(key) in (str, int) for key in value)
    return kind is np.ndarray and value.dtype.kind in "US"


def tensor_type() -> type | None:
    """Return ``torch.Tensor`` if torch was imported. A submission may have put something else under this name."""
    tensor = getattr(sys.modules.get("torch"), "Tensor", None)
    return tensor if isinstance(tensor, type) else None


def entries_if_not_empty(shape: Iterable[int]) -> int:
    """Return how many entries an array would have if its empty axes were 1."""
    return math.prod(n or 1 for n in shape)


def integer(text: object) -> int:
    """Return the integer that ``text`` is in decimal; WireError unless it is a string of at most 20 ASCII digits."""
    if not isinstance(text, str) or not _INTEGER.fullmatch(text):
        raise WireError("an integer is not written in at most 20 digits")
    return int(text)
