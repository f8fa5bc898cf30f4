"""Arrays, tensors and containers: what every package asks about a value.

Torch is never imported here. A tensor is known by the module of its type and converted by its own methods, so that a
course without torch does not pay for it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

# --- arrays and tensors


def is_tensor(value: object) -> bool:
    """Return whether ``value`` is a torch tensor. Only its type is looked at, so none of its own code runs."""
    kind = type(value)
    return kind.__module__.partition(".")[0] == "torch" and hasattr(kind, "detach")


def is_array(value: object) -> bool:
    """Return whether ``value`` is a numpy array (of any number of axes) or a torch tensor."""
    return isinstance(value, np.ndarray) or is_tensor(value)


def as_array(value: Any) -> NDArray[Any]:
    """Return a tensor, array or number as a numpy array of the same shape.

    The dtype stays; only bfloat16, which numpy does not have, becomes float32, which holds each of its values.
    """
    if not is_tensor(value):
        return np.asarray(value)
    plain = value.detach().cpu().resolve_conj().resolve_neg()
    array: NDArray[Any] = (plain.float() if dtype_name(value) == "bfloat16" else plain).numpy()
    return array


def dtype_name(value: Any) -> str:
    """Return the dtype of an array or tensor in words: "float64", "bfloat16"."""
    return _name_of_dtype(value.dtype)


@functools.cache
def _name_of_dtype(dtype: Any) -> str:
    # Cached: numpy takes microseconds to write the name of a dtype.
    return str(dtype).removeprefix("torch.")


# --- lists, tuples and dicts


def leaves(value: Any) -> Iterator[Any]:
    """Yield what the lists, tuples and dicts in ``value`` hold, from left to right; of a dict, its values.

    Subclasses of the three count too. A value that is none of them is its own only leaf.
    """
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        yield value
        return
    for item in value:
        yield from leaves(item)


def mapped(function: Callable[[Any], Any], value: Any) -> Any:
    """Return ``value`` with every leaf replaced by ``function(leaf)``; lists, tuples and dicts are new ones.

    A subclass of the three is a leaf, because nobody knows how to build it again (a named tuple, an ordered dict).
    """
    if type(value) in (list, tuple):
        return type(value)(mapped(function, item) for item in value)
    if type(value) is dict:
        return {key: mapped(function, item) for key, item in value.items()}
    return function(value)


def copied(value: Any) -> Any:
    """Return ``value`` with every array and tensor in its lists, tuples and dicts copied; all else is shared.

    A tensor's copy is a leaf of autograd and keeps ``requires_grad``.
    """
    return mapped(_copied_leaf, value)


def _copied_leaf(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy()
    if is_tensor(value):
        return value.detach().clone().requires_grad_(value.requires_grad)
    return value
