"""From values to JSON trees with raw buffers."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .trees import (
    BFLOAT16,
    MAX_DEPTH,
    MAX_EMPTY,
    MAX_KEYS,
    MAX_NDIM,
    MAX_NODES,
    MAX_PACKED,
    MAX_STRING,
    MIN_ENTRY,
    NAMES,
    PACK_FROM,
    Tree,
    Unsendable,
    entries_if_not_empty,
    field_names,
    tensor_type,
)

_PACKED_SCALARS: dict[type[np.generic], str] = {np.float64: "<f8", np.float32: "<f4"}


class Encoder:
    """Turns values into trees, and collects the buffers and the mutable nodes of all of them.

    Args:
        other: called with a value that is not plain data; returns a tree (a handle, a callable, a recipe), or None to
            refuse the value.
        max_body: bytes of all buffers, where an entry of an array counts as MIN_ENTRY at least.

    Attributes:
        buffers: the raw bytes of arrays, tensors and packed lists, in the order of their offsets.
        mutable: arrays, tensors, lists and dicts, in the order in which the decoder builds them, so that both
            sides can call one of them "node 3".
        known: number of a node that the peer has, by id(). Inside another value its number is sent instead.
        is_special: tells, for a value and its depth, whether ``other`` gets it first; None: it gets what is refused.
        graphs: with ``is_special``, the tensors that are results of autograd.
    """

    def __init__(self, other: Callable[[Any], Tree | None], *, max_body: int) -> None:
        self.buffers: list[bytes | memoryview] = []
        self.mutable: list[Any] = []
        self.known: dict[int, int] = {}
        self.is_special: Callable[[Any, int], bool] | None = None
        self.graphs: list[Any] = []
        self._other = other
        self._max_body = max_body
        self._offset = 0
        self._counted = 0
        self._nodes = 0
        self._numbers = 0  # in packed lists

    def tree(self, value: Any, depth: int = 0) -> Tree:
        """Return the tree of ``value``.

        Raises:
            Unsendable: the value cannot be sent; the text is a remedy.
        """
        if value is None or value is True or value is False:
            return value
        if depth and id(value) in self.known:
            return {"a": self.known[id(value)]}
        kind = type(value)  # not isinstance, which reads the value's own __class__
        self._nodes += 1
        if depth > MAX_DEPTH:
            raise Unsendable(f"it is nested more than {MAX_DEPTH} deep, or contains itself")
        if self._nodes > MAX_NODES:
            raise Unsendable(f"it has more than {MAX_NODES} parts. Use one array")
        if self.is_special is not None and self.is_special(value, depth):
            tree = self._other(value)
            if tree is not None:
                return tree
        if issubclass(kind, np.ndarray):
            return self._array(value)
        if issubclass(kind, np.generic):  # before int and float: np.float64 is a float
            return {**self._array(np.asarray(value), mutable=False), "sub": "scalar"}
        if issubclass(kind, int):
            return self._sub({"i": self._int(value)}, value, int)
        if issubclass(kind, float):
            return self._sub({"f": float.hex(value)}, value, float)
        if issubclass(kind, str):
            return self._sub({"s": self._str(value)}, value, str)
        if kind is bytes and self.is_special is not None:
            return {"y": list(self._buffer(value, len(value) // MIN_ENTRY))}
        if issubclass(kind, complex):
            return {**self._array(np.asarray(complex.__add__(value, 0j)), mutable=False), "sub": "complex"}
        if issubclass(kind, (list, tuple)):
            return self._sequence(value, depth)
        if issubclass(kind, dict):
            return self._dict(value, depth)
        tensor = tensor_type()
        if tensor is not None and issubclass(kind, tensor):
            return self._tensor(value, sys.modules["torch"])
        tree = self._other(value)
        if tree is None:
            raise Unsendable(f"{kind.__name__} is no array, number, string, list, tuple or dict")
        return tree

    @staticmethod
    def _sub(tree: dict[str, Any], value: object, base: type) -> Tree:
        if type(value) is not base:
            tree["sub"] = type(value).__name__[:80]
        return tree

    @staticmethod
    def _int(value: int) -> str:
        plain = int.__add__(value, 0)  # never a method of the subclass
        if not -(2**63) <= plain < 2**64:
            raise Unsendable("it is an integer of more than 64 bits")
        return int.__repr__(plain)

    @staticmethod
    def _str(value: str) -> str:
        data = str.encode(value, "utf-8", "replace")
        if len(data) > MAX_STRING:
            raise Unsendable(f"it is a string of {len(data)} bytes; {MAX_STRING} are the most")
        return data.decode()

    def _buffer(self, data: bytes | memoryview, entries: int) -> tuple[int, int]:
        size = len(data)
        self._counted += max(size, MIN_ENTRY * entries)
        if self._counted > self._max_body:
            raise Unsendable(_too_many_bytes(self._counted, self._max_body))
        offset = self._offset
        self.buffers.append(data)
        self._offset += size
        return offset, size

    def _check_size(self, shape: Iterable[int], itemsize: int) -> None:
        # Checked before the array is made dense: a broadcast view may have terabytes.
        shape = [int(n) for n in shape]
        size = math.prod(shape) * max(itemsize, MIN_ENTRY)
        if size > self._max_body:
            raise Unsendable(_too_many_bytes(size, self._max_body))
        if entries_if_not_empty(shape) > MAX_EMPTY and not size:
            raise Unsendable(f"it is empty, and its other axes are vast: {tuple(shape)}")

    def _array(self, value: np.ndarray, *, mutable: bool = True) -> Tree:
        if "numpy.ma" in sys.modules and isinstance(value, np.ma.MaskedArray):  # the name alone would import it
            raise Unsendable("it is a masked array. Fill it first: x.filled(...)")
        base = np.asarray(value)  # the base ndarray; never a method of the subclass
        dtype = base.dtype if base.dtype in NAMES else base.dtype.newbyteorder("<")
        if base.dtype.hasobject or dtype not in NAMES:
            raise Unsendable(f"its dtype is {base.dtype}. Use float64, an integer type or bool")
        if base.ndim > MAX_NDIM:
            raise Unsendable(f"it has {base.ndim} axes; {MAX_NDIM} are the most")
        self._check_size(base.shape, base.dtype.itemsize)
        offset, size = self._buffer(base.astype(dtype, copy=False).tobytes(), base.size)
        if mutable:
            self.mutable.append(value)
        return self._sub({"n": [NAMES[dtype], list(base.shape), offset, size]}, value, np.ndarray)

    def _tensor(self, value: Any, torch: Any) -> Tree:
        # The hooks of subclasses are off, so that no code of the student runs.
        with torch._C.DisableTorchFunctionSubclass():
            if value.layout is not torch.strided or value.is_quantized or value.is_meta:
                raise Unsendable("it is a sparse, quantized or meta tensor. Make it dense first")
            if value.dim() > MAX_NDIM:
                raise Unsendable(f"it has {value.dim()} axes; {MAX_NDIM} are the most")
            flags: dict[str, Any] = {"rg": bool(value.requires_grad), "leaf": bool(value.is_leaf)}
            if self.is_special is not None and flags["rg"] and flags["leaf"] and value.grad is not None:
                flags["g"] = self._entries(value.grad, torch)
            content = self._entries(value, torch)
        if self.is_special is not None and flags["rg"] and not flags["leaf"]:
            flags["of"] = len(self.graphs)
            self.graphs.append(value)
        self.mutable.append(value)
        return self._sub({"T": content, **flags}, value, torch.Tensor)

    def _entries(self, value: Any, torch: Any) -> list[Any]:
        """Return dtype, shape, offset and length of a dense tensor."""
        with torch._C.DisableTorchFunctionSubclass():
            self._check_size(value.shape, value.element_size())
            plain = value.detach().as_subclass(torch.Tensor).resolve_conj().resolve_neg().cpu().contiguous()
            if plain.dtype is torch.bfloat16:
                name, dense = BFLOAT16, plain.view(torch.int16).numpy()
            else:
                try:
                    dense = plain.numpy()
                    name = NAMES[dense.dtype]
                except (TypeError, KeyError):  # float8 and the like
                    raise Unsendable(f"its dtype is {plain.dtype}. Use float32, float64 or int64") from None
        offset, size = self._buffer(dense.tobytes(), dense.size)
        return [name, list(dense.shape), offset, size]

    def _sequence(self, value: list[Any] | tuple[Any, ...], depth: int) -> Tree:
        tag, base = ("l", list) if isinstance(value, list) else ("u", tuple)
        items = list(base.__iter__(value))  # type: ignore[arg-type]  # never a method of the subclass
        if tag == "l":
            self.mutable.append(value)
        is_plain = type(value) in (list, tuple) or self.is_special is None
        packed = _packed(items) if len(items) >= PACK_FROM and is_plain else None
        if packed is not None:
            self._numbers += len(packed)
            if self._numbers > MAX_PACKED:
                raise Unsendable(f"it has more than {MAX_PACKED:,} numbers in lists. Use an array")
            offset, size = self._buffer(packed.tobytes(), packed.size)
            kind = {"sub": "scalar"} if isinstance(items[0], np.generic) else {}
            return self._sub({"p": [NAMES[packed.dtype], tag, offset, size], **kind}, value, base)
        tree = self._sub({tag: [self.tree(item, depth + 1) for item in items]}, value, base)
        if self.is_special is not None and tag == "u" and type(value) is not tuple:  # as in a reply with details
            names = field_names(type(value))
            tree |= {"names": names} if len(names) == len(items) else {}
        return tree

    def _dict(self, value: dict[Any, Any], depth: int) -> Tree:
        self.mutable.append(value)
        if dict.__len__(value) > MAX_KEYS:
            raise Unsendable(f"it is a dict of more than {MAX_KEYS} keys")
        pairs = []
        for key, item in dict.items(value):
            if isinstance(key, bool) or not isinstance(key, (str, int)):
                raise Unsendable(f"it is a dict with a key of type {type(key).__name__}. Use strings or integers")
            name = self._str(key) if isinstance(key, str) else {"i": self._int(key)}
            pairs.append([name, self.tree(item, depth + 1)])
        return self._sub({"d": pairs}, value, dict)


def _too_many_bytes(size: int, most: int) -> str:
    return f"{size:,} bytes; at most {most:,} may travel"


def _packed(items: list[Any]) -> np.ndarray | None:
    if all(type(item) is float for item in items):
        return np.array(items, dtype="<f8")
    if all(type(item) is int and -(2**63) <= item < 2**63 for item in items):
        return np.array(items, dtype="<i8")
    for kind, code in _PACKED_SCALARS.items():  # a list of costs, each of them a np.mean(...)
        if all(type(item) is kind for item in items):
            return np.array(items, dtype=code)
    return None
