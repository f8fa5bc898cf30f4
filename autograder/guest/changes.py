"""Find which arguments a call changed in place, and which share memory with its result."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from .shared import gradient_of
from .trees import tensor_type

PIECE = 1 << 20  # bytes that are compared at a time, so that a large array is not copied as a whole


class Node:
    """A mutable part of the arguments, which can tell whether the call changed it.

    An array or tensor is compared with the bytes that were sent (``sent``), a list or dict with the items that it had.
    With details, a new gradient of a tensor is a change, too. The items themselves are kept: an id() is not enough,
    because a new object may get the address of an old one.
    """

    def __init__(self, value: Any, sent: memoryview | None, *, with_gradient: bool = False) -> None:
        self.value = value
        self._sent = sent
        self._has_gradient = with_gradient and sent is not None and not isinstance(value, np.ndarray)
        self._gradient = gradient_of(value) if self._has_gradient else None
        self._before = _items(value) if sent is None else _form(value)

    def has_same_form(self) -> bool:
        """Return whether an array or tensor still has its dtype and shape; the peer then has the value itself."""
        return self._sent is None or _form(self.value) == self._before

    def changed(self) -> bool:
        if self._has_gradient and gradient_of(self.value) != self._gradient:
            return True
        if self._sent is not None:
            return _form(self.value) != self._before or not _has_bytes(self.value, self._sent)
        now = _items(self.value)
        return len(now) != len(self._before) or not all(map(_same_item, self._before, now))


def _form(value: Any) -> list[Any]:
    return [value.dtype, *value.shape]


def _items(container: list[Any] | dict[Any, Any]) -> list[Any]:
    return [part for pair in container.items() for part in pair] if isinstance(container, dict) else list(container)


def _same_item(old: Any, new: Any) -> bool:
    return old is new or (type(old) is type(new) and type(old) in (int, float, str) and bool(old == new))


def _has_bytes(value: Any, sent: memoryview) -> bool:
    """Return whether an array or tensor still has the bytes that were sent. Bytes, because nan is not equal to nan."""
    if isinstance(value, np.ndarray):
        now = np.ascontiguousarray(value).reshape(-1).view(np.uint8)
    else:
        now = value.detach().cpu().contiguous().reshape(-1).view(sys.modules["torch"].uint8).numpy()
    if len(sent) <= PIECE:
        return now.tobytes() == sent
    before = np.frombuffer(sent, dtype=np.uint8)
    return len(now) == len(before) and all(
        np.array_equal(before[i : i + PIECE], now[i : i + PIECE]) for i in range(0, len(before), PIECE)
    )


def share_memory(argument: Any, part: Any) -> bool:
    """Return whether an argument and a part of the result are one object or share memory."""
    if argument is part:
        return True
    if isinstance(argument, np.ndarray) and isinstance(part, np.ndarray):
        return bool(np.may_share_memory(argument, part))
    tensor: Any = tensor_type()
    if tensor is None or not isinstance(argument, tensor) or not isinstance(part, tensor):
        return False
    return bool(argument.untyped_storage().data_ptr() == part.untyped_storage().data_ptr() and argument.numel())
