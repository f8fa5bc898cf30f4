"""Values that test code and the submission both hold: an array, list, dict or tensor that either side changes in place.

Test code for a plain module writes ``model.params["W"][0, 0] += h`` and calls the model again. The value is on both
sides, under the number of the object in the worker. Each side compares it with what it was, and sends its changes.
Both sides use this file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from .trees import tensor_type

MAX_SHARED = 64  # values at a time
MAX_BYTES = 1 << 24  # of all of them: each is compared in each call


def is_shareable(value: Any) -> bool:
    """Return whether a value can be changed in place and sent; a subclass is sent as its base type, so it cannot."""
    return type(value) in (np.ndarray, list, dict) or _is_tensor(value)


def _is_tensor(value: Any) -> bool:
    """Return whether a value is a tensor or a parameter, which arrives as a tensor."""
    tensor, kind = tensor_type(), type(value)
    return tensor is not None and (kind is tensor or (issubclass(kind, tensor) and kind.__name__ == "Parameter"))


def size_of(value: Any) -> int:
    """Return the bytes of a value, roughly."""
    if isinstance(value, dict):
        return sum(size_of(item) for item in value.values())
    if isinstance(value, list | tuple):
        return 32 * len(value) + sum(size_of(item) for item in value if isinstance(item, list | tuple | dict))
    return int(value.nbytes) if isinstance(value, np.ndarray) or _is_tensor(value) else 32


def snapshot(value: Any) -> Any:
    """Return what tells a value from what it was before, without a reference to it."""
    if isinstance(value, np.ndarray):
        return id(value), value.dtype.str, value.shape, value.tobytes()
    kind = type(value)
    if _is_tensor(value):
        plain = value.detach().cpu().contiguous().reshape(-1)
        entries = plain.view(sys.modules["torch"].uint8).numpy().tobytes()
        form = str(value.dtype), tuple(value.shape), value.requires_grad
        return id(value), form, entries, gradient_of(value)
    if kind is dict:
        return id(value), [(key, snapshot(item)) for key, item in value.items()]
    if kind in (list, tuple):
        return id(value), [snapshot(item) for item in value]
    if value is None or kind in (bool, int, float, complex, str) or isinstance(value, np.generic):
        return kind, value
    return id(value)


def gradient_of(tensor: Any) -> bytes | None:
    """Return the bytes of the gradient that a leaf of autograd holds; None if there is none."""
    if not tensor.is_leaf or not tensor.requires_grad or tensor.grad is None:
        return None
    plain = tensor.grad.detach().cpu().contiguous().reshape(-1)
    found: bytes = plain.view(sys.modules["torch"].uint8).numpy().tobytes()
    return found


def merge(old: Any, new: Any) -> Any:
    """Give ``old`` the content of ``new``, in place where that is possible; return what takes its place."""
    if _is_tensor(old) and _is_tensor(new):
        if old.shape != new.shape or old.dtype != new.dtype:
            return new
        old.data.copy_(new.detach())  # not detach(): a graph that has saved the tensor would count it as changed
        if old.is_leaf and new.is_leaf:
            old.requires_grad_(new.requires_grad)
        if old.is_leaf and old.requires_grad:
            old.grad = new.grad if new.is_leaf else None
    elif type(old) is not type(new):
        return new
    elif isinstance(old, np.ndarray):
        if old.shape != new.shape or old.dtype != new.dtype or not old.flags.writeable:
            return new
        old[...] = new
    elif isinstance(old, dict):
        for key in [key for key in old if key not in new]:
            del old[key]
        for key, item in new.items():
            old[key] = merge(old[key], item) if key in old else item
    elif isinstance(old, list):
        common = [merge(one, other) for one, other in zip(old, new, strict=False)]
        old[:] = [*common, *new[len(common) :]]
    else:
        return new
    return old


class Shared:
    """The values of one side by number, and what they were when both sides last agreed."""

    def __init__(self) -> None:
        self.values: dict[int, Any] = {}
        self._known: dict[int, Any] = {}
        self._sizes: dict[int, int] = {}

    def has_room(self, value: Any) -> bool:
        """Return whether one more value can be shared."""
        return len(self.values) < MAX_SHARED and sum(self._sizes.values()) + size_of(value) <= MAX_BYTES

    def add(self, number: int, value: Any) -> None:
        """Share a value that both sides have now."""
        self.values[number] = value
        self.agree(number)

    def agree(self, number: int) -> None:
        """Note that both sides have the same value now."""
        value = self.values[number]
        self._known[number], self._sizes[number] = snapshot(value), size_of(value)

    def changed(self) -> Iterator[int]:
        """Yield the numbers of the values that have changed on this side."""
        for number, value in list(self.values.items()):
            if snapshot(value) != self._known[number]:
                yield number

    def drop(self, number: int) -> None:
        """Share a value no longer."""
        for table in (self.values, self._known, self._sizes):
            table.pop(number, None)
