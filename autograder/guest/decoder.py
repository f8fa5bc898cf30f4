"""From JSON trees with raw buffers back to values; the peer may be hostile."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .trees import (
    BFLOAT16,
    DTYPES,
    MAX_DEPTH,
    MAX_EMPTY,
    MAX_KEYS,
    MAX_NDIM,
    MAX_NODES,
    MAX_PACKED,
    MAX_STRING,
    MIN_ENTRY,
    Tree,
    WireError,
    are_fields,
    entries_if_not_empty,
    integer,
    named_tuple,
)


class Decoder:
    """Turns trees back into values that own their memory.

    Args:
        body: the body of the frame, with the buffers of all its trees.
        other: builds the values of the tags "h", "c", "r" and "a" from (tag, content); without it they are refused.
        max_body: as for :class:`~autograder.guest.encoder.Encoder`; None: no limit.

    Attributes:
        counted: bytes of all values so far, where an entry of an array counts as MIN_ENTRY at least.
        mutable: arrays, tensors, lists and dicts, in the order of :attr:`~autograder.guest.encoder.Encoder.mutable`.
        sent: for each of these the bytes that arrived; None for lists and dicts.
        graphs: number and tensor of each result of autograd; it has no graph here.
        sources: what a result of autograd was made of, by its number in ``mutable``; None: results stay data.
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
        self.graphs: list[tuple[int, Any]] = []
        self.sources: dict[int, Any] | None = None
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
                found = self._sequence(tag, content, depth)
                return found if "names" not in tree else self._named(found, tree["names"], tree.get("sub"))
            case "d":
                return self._dict(content, depth)
            case "n":
                return self._array(content, tree.get("sub"))
            case "T":
                return self._tensor(content, tree)
            case "y":
                offset, length = content
                return self._piece(np.dtype("u1"), [length], offset, length, least=1).tobytes()
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

    def _named(self, items: Any, names: Any, kind: Any) -> Any:
        if type(items) is not tuple or not are_fields(names) or len(names) != len(items) or not isinstance(kind, str):
            raise WireError("a named tuple without a name for each item")
        return named_tuple(kind if kind.isidentifier() else "tuple", tuple(names))(items)

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

    def _piece(
        self, dtype: np.dtype[Any], shape: Any, offset: Any, length: Any, *, least: int = MIN_ENTRY
    ) -> np.ndarray:
        if not isinstance(shape, list) or len(shape) > MAX_NDIM:
            raise WireError("a shape of too many axes")
        for number in (offset, length, *shape):
            if type(number) is not int or number < 0:
                raise WireError("a negative size")
        if any(n > 2**40 for n in shape) or math.prod(shape) * dtype.itemsize != length:
            raise WireError("a shape that does not fit its bytes")
        if not length and entries_if_not_empty(shape) > MAX_EMPTY:
            raise WireError("an empty array with vast other axes")
        self.counted += max(length, least * math.prod(shape))
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
        tensor = self._dense(content)
        # Only a leaf keeps requires_grad; a result of autograd arrives as data, or as a result of its source.
        if tree.get("rg") is True and tree.get("leaf") is True:
            tensor.requires_grad_(True)
            if "g" in tree:
                tensor.grad = self._dense(tree["g"])
        elif type(number := tree.get("of")) is int:
            if self.sources is not None:
                self.sources[len(self.mutable)] = tensor.requires_grad_(True)
                tensor = tensor.clone()
            self.graphs.append((number, tensor))
        self._note(tensor, self._body[content[2] : content[2] + content[3]])
        return tensor

    def _dense(self, content: Any) -> Any:
        import torch

        name, shape, offset, length = content
        dtype = DTYPES["i2"] if name == BFLOAT16 else DTYPES[name]
        tensor = torch.from_numpy(self._piece(dtype, shape, offset, length))
        if name == BFLOAT16:
            tensor = tensor.view(torch.bfloat16)
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
