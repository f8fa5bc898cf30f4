"""Values as JSON trees with raw buffers, and back; ``wire.py`` describes the trees and puts them into frames.

Every cap is checked on both sides: by the encoder for a helpful message, by the decoder because its peer is hostile.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

MAX_DEPTH = 16
MAX_NODES = 4096
MAX_NDIM = 8
MAX_STRING = 64 * 1024  # bytes of UTF-8
MAX_KEYS = 256
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
_PACKED_SCALARS: dict[type[np.generic], str] = {np.float64: "<f8", np.float32: "<f4"}
_INTEGER = re.compile(r"-?[0-9]{1,20}", re.ASCII)

Tree = Any  # None | bool | dict[str, Any], as described in wire.py


class WireError(Exception):
    """The peer sent something that is not a frame of this protocol."""


class Unsendable(Exception):
    """A value that cannot be sent; the text is a remedy."""


# --- from values to trees


class Encoder:
    """Turns values into trees, and collects the buffers and the mutable nodes of all of them.

    Args:
        other: called with a value that is not plain data; returns a tree (a handle, a callable, a recipe), or None to
            refuse the value.
        max_body: bytes of all buffers, where an entry of an array counts as MIN_ENTRY at least.

    Attributes:
        buffers: the raw bytes of arrays, tensors and packed lists, in the order of their offsets.
        mutable: arrays, tensors, lists and dicts, in the order in which :class:`Decoder` builds them, so that both
            sides can call one of them "node 3".
        known: number of a node that the peer has, by id(). Inside another value its number is sent instead.
        is_special: tells, for a value and its depth, whether ``other`` gets it first; None: it gets what is refused.
    """

    def __init__(self, other: Callable[[Any], Tree | None], *, max_body: int) -> None:
        self.buffers: list[bytes | memoryview] = []
        self.mutable: list[Any] = []
        self.known: dict[int, int] = {}
        self.is_special: Callable[[Any, int], bool] | None = None
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
        if _entries_if_not_empty(shape) > MAX_EMPTY and not size:
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
            self._check_size(value.shape, value.element_size())
            flags = {"rg": bool(value.requires_grad), "leaf": bool(value.is_leaf)}
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
        self.mutable.append(value)
        return self._sub({"T": [name, list(dense.shape), offset, size], **flags}, value, torch.Tensor)

    def _sequence(self, value: list[Any] | tuple[Any, ...], depth: int) -> Tree:
        tag, base = ("l", list) if isinstance(value, list) else ("u", tuple)
        items = list(base.__iter__(value))  # type: ignore[arg-type]  # never a method of the subclass
        if tag == "l":
            self.mutable.append(value)
        packed = _packed(items) if len(items) >= PACK_FROM else None
        if packed is not None:
            self._numbers += len(packed)
            if self._numbers > MAX_PACKED:
                raise Unsendable(f"it has more than {MAX_PACKED:,} numbers in lists. Use an array")
            offset, size = self._buffer(packed.tobytes(), packed.size)
            kind = {"sub": "scalar"} if isinstance(items[0], np.generic) else {}
            return self._sub({"p": [NAMES[packed.dtype], tag, offset, size], **kind}, value, base)
        return self._sub({tag: [self.tree(item, depth + 1) for item in items]}, value, base)

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


def _entries_if_not_empty(shape: Iterable[int]) -> int:
    return math.prod(n or 1 for n in shape)


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


# --- from trees to values


class Decoder:
    """Turns trees back into values that own their memory.

    Args:
        body: the body of the frame, with the buffers of all its trees.
        other: builds the values of the tags "h", "c", "r" and "a" from (tag, content); without it they are refused.
        max_body: as for :class:`Encoder`; None: no limit.

    Attributes:
        counted: bytes of all values so far, where an entry of an array counts as MIN_ENTRY at least.
        mutable: arrays, tensors, lists and dicts, in the order of :attr:`Encoder.mutable`.
        sent: for each of these the bytes that arrived; None for lists and dicts.
    """

    def __init__(
        self,
        body: bytes | bytearray | memoryview,
        other: Callable[[str, Any], Any] | None = None,
        *,
        max_body: int | None = None,
    ) -> None:
        self.counted = 0
        self._max_body = max_body
        self.mutable: list[Any] = []
        self.sent: list[memoryview | None] = []
        self._body = memoryview(body)
        self._other = other
        self._nodes = 0
        self._numbers = 0
        self._used = 0

    def value(self, tree: Tree) -> Any:
        """Return the value of ``tree``.

        Raises:
            WireError: anything is wrong with the tree.
        """
        try:
            return self._value(tree, 0)
        except WireError:
            raise
        except MemoryError:
            raise
        except Exception as exc:  # a shape that numpy or torch refuses, for example
            raise WireError(f"a value cannot be rebuilt: {type(exc).__name__}") from None

    def _value(self, tree: Tree, depth: int) -> Any:
        if tree is None or tree is True or tree is False:
            return tree
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise WireError("a value is too deep or has too many parts")
        if not isinstance(tree, dict):
            raise WireError("a value without a tag")
        tag = next(iter(tree), "")
        content: Any = tree.get(tag)
        match tag:
            case "i":
                return integer(content)
            case "f":
                return _float(content)
            case "s":
                return _text(content)
            case "l" | "u":
                return self._sequence(tag, content, depth)
            case "d":
                return self._dict(content, depth)
            case "n":
                return self._array(content, tree.get("sub"))
            case "T":
                return self._tensor(content, tree)
            case "p":
                return self._packed(content, tree.get("sub"))
            case "h" | "c" | "a" if self._other is not None:
                return self._other(tag, content)
            case "r" if self._other is not None:
                name, arguments = content
                return self._other("r", (name, [self._value(item, depth + 1) for item in arguments]))
            case _:
                raise WireError("a value with an unknown tag")

    def _note(self, node: Any, sent: memoryview | None = None) -> None:
        self.mutable.append(node)
        self.sent.append(sent)

    def _sequence(self, tag: str, content: Any, depth: int) -> Any:
        if not isinstance(content, list):
            raise WireError("a sequence without a list")
        if tag == "u":
            return tuple(self._value(item, depth + 1) for item in content)
        items: list[Any] = []
        self._note(items)
        items.extend(self._value(item, depth + 1) for item in content)
        return items

    def _dict(self, content: Any, depth: int) -> dict[Any, Any]:
        if not isinstance(content, list) or len(content) > MAX_KEYS:
            raise WireError("a dict without a short list of pairs")
        result: dict[Any, Any] = {}
        self._note(result)
        for pair in content:
            if not isinstance(pair, list) or len(pair) != 2:
                raise WireError("a dict with something else than pairs")
            key = _text(pair[0]) if isinstance(pair[0], str) else self._key(pair[0])
            if key in result:
                raise WireError("a dict with a key twice")
            result[key] = self._value(pair[1], depth + 1)
        return result

    def _key(self, tree: Any) -> int:
        if not isinstance(tree, dict) or set(tree) != {"i"}:
            raise WireError("a dict key that is neither string nor integer")
        return integer(tree["i"])

    def _piece(self, dtype: np.dtype[Any], shape: Any, offset: Any, length: Any) -> np.ndarray:
        if not isinstance(shape, list) or len(shape) > MAX_NDIM:
            raise WireError("a shape of too many axes")
        for number in (offset, length, *shape):
            if type(number) is not int or number < 0:
                raise WireError("a negative size")
        if any(n > 2**40 for n in shape) or math.prod(shape) * dtype.itemsize != length:
            raise WireError("a shape that does not fit its bytes")
        if not length and _entries_if_not_empty(shape) > MAX_EMPTY:
            raise WireError("an empty array with vast other axes")
        self.counted += max(length, MIN_ENTRY * math.prod(shape))
        if self._max_body is not None and self.counted > self._max_body:
            raise WireError("more entries than are allowed")
        self._used += length
        if offset + length > len(self._body) or self._used > len(self._body):
            raise WireError("an array outside the frame")
        flat = np.frombuffer(self._body[offset : offset + length], dtype=dtype)
        if dtype.kind == "b":  # the meaning of bytes other than 0 and 1 is undefined
            return flat.view(np.uint8).reshape(shape).astype(bool)
        return flat.reshape(shape).copy()

    def _array(self, content: Any, sub: Any) -> Any:
        name, shape, offset, length = content
        array = self._piece(DTYPES[name], shape, offset, length)
        if sub == "scalar" and array.ndim == 0:
            return array[()]
        if sub == "complex" and array.ndim == 0:
            return complex(array[()])
        self._note(array, self._body[offset : offset + length])
        return array

    def _tensor(self, content: Any, tree: dict[str, Any]) -> Any:
        import torch

        name, shape, offset, length = content
        dtype = DTYPES["i2"] if name == BFLOAT16 else DTYPES[name]
        tensor = torch.from_numpy(self._piece(dtype, shape, offset, length))
        if name == BFLOAT16:
            tensor = tensor.view(torch.bfloat16)
        # Only a leaf keeps requires_grad; a result of autograd arrives as data.
        if tree.get("rg") is True and tree.get("leaf") is True:
            tensor.requires_grad_(True)
        self._note(tensor, self._body[offset : offset + length])
        return tensor

    def _packed(self, content: Any, sub: Any) -> list[Any] | tuple[Any, ...]:
        name, base, offset, length = content
        scalars = sub == "scalar"
        if name not in (("f8", "f4") if scalars else ("f8", "i8")) or base not in ("l", "u") or type(length) is not int:
            raise WireError("a packed list of an unknown kind")
        count = length // DTYPES[name].itemsize
        self._numbers += count
        if self._numbers > MAX_PACKED:
            raise WireError("more numbers in packed lists than are allowed")
        numbers = self._piece(DTYPES[name], [count], offset, length)
        items: list[Any] = list(numbers) if scalars else numbers.tolist()
        if base == "u":
            return tuple(items)
        self._note(items)
        return items


def _float(content: Any) -> float:
    if not isinstance(content, str) or len(content) > 40:
        raise WireError("a float that is no short text")
    try:
        return float.fromhex(content)
    except (ValueError, OverflowError):
        raise WireError("a float that is no hexadecimal float") from None


def _text(content: Any) -> str:
    if not isinstance(content, str) or len(content.encode("utf-8")) > MAX_STRING:  # lone surrogates raise here
        raise WireError("a string that is too long or none")
    return content


def integer(text: object) -> int:
    """Return the integer that ``text`` is in decimal; WireError unless it is a string of at most 20 ASCII digits."""
    if not isinstance(text, str) or not _INTEGER.fullmatch(text):
        raise WireError("an integer is not written in at most 20 digits")
    return int(text)
