"""Name the mistake that explains a value of another type, another shape or another length than wanted.

Each rule asks for evidence in the values, so that a sentence is true; without it nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import say
from ..values import as_array, is_array, is_tensor
from .compare import compare
from .nearness import factor_between, near

LEAST = 3  # values that must be right before one too few or too many is no chance
_FEW = 6  # items of an answer that may have changed places; longer lists hold steps or examples


def diagnose_type(got: Any, want: Any) -> str:
    """Return a sentence for a value of another type than wanted, "" if no rule fits."""
    if got is None and want is not None:
        return say("hint.none")
    if type(got) is tuple and len(got) == 1 and not isinstance(want, list | tuple) and _of_one_type(got[0], want):
        return say("hint.comma")
    if isinstance(want, np.ndarray) and isinstance(got, list) and _shape_of(got) == want.shape:
        return say("hint.list")
    if _is_number(want) and is_tensor(got) and _is_item(as_array(got), want):
        return say("hint.item")
    if _is_number(want) and is_array(got):
        is_one = got.ndim > 0 and math.prod(got.shape) == 1 and near(as_array(got).ravel(), np.array([want]))
        name = "hint.array-of-one" if is_one else _not_reduced(as_array(got), np.array(want))
        return say(name) if name else ""
    if _is_number(got) and is_array(want):
        return say(name) if (name := _over_reduced(np.asarray(got), as_array(want))) else ""
    if _is_number(got) and isinstance(want, list | tuple) and len(want) > 1 and compare(got, want[-1]) is None:
        return say("hint.last-only")
    if isinstance(want, list | tuple) and isinstance(got, list | tuple):
        return say(name) if (name := _sequence_rule(got, want)) else ""
    return ""


def _sequence_rule(got: Sequence[Any], want: Sequence[Any]) -> str:
    """Return the id of the sentence for two lists, "" if none fits: one ends early, or the order differs."""
    if len(got) == len(want):
        return "hint.swapped" if is_permuted(got, want) else ""
    try:
        rule = _end_rule(np.array(got), np.array(want))
    except (ValueError, TypeError, RuntimeError):  # their items have several shapes, or are no numbers
        return ""
    return rule or ("hint.one-value" if len(got) == 1 and len(want) >= LEAST and _is_number(got[0]) else "")


def is_permuted(got: Sequence[Any], want: Sequence[Any]) -> bool:
    """Return whether ``got`` has the items of ``want``, which are all different, in another order."""
    places = [[k for k, item in enumerate(want) if compare(value, item) is None] for value in got]
    found = [place[0] for place in places if len(place) == 1]
    return 2 <= len(want) <= _FEW and sorted(found) == list(range(len(want))) != found


def _of_one_type(got: Any, want: Any) -> bool:
    return (is_array(got) and is_array(want)) or (_is_number(got) and _is_number(want)) or type(got) is type(want)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _is_item(got: NDArray[np.generic], want: float) -> bool:
    """Return whether ``got`` is one number: without an axis, or the wanted one. It may be a row of another result."""
    return got.size == 1 and (got.ndim == 0 or near(got.ravel(), np.array([want])))


def _shape_of(items: list[Any]) -> tuple[int, ...] | None:
    """Return the shape of the array that a list of numbers, lists or arrays would become, None if of no array."""
    try:
        array = np.array(items)
    except (ValueError, TypeError, RuntimeError):
        return None
    return array.shape if array.dtype.kind in "biuf" else None


# --- shapes


def shape_rule(got: NDArray[np.generic], want: NDArray[np.generic]) -> str:
    """Return the id of the sentence for arrays of different shapes, "" if none fits."""
    if got.ndim == want.ndim and got.size == 0 < want.size:
        return "hint.empty"
    if got.size == want.size > 0 and near(got.ravel(), want.ravel()):
        return "hint.extra-axis" if got.ndim > want.ndim else "hint.right-values"
    if want.ndim == got.ndim == 2 and got.shape == want.shape[::-1]:
        return "hint.transposed"
    n = want.size
    if n > 1 and got.shape == (n, n) and max(want.shape) == n and _is_outer(got, want):
        return "hint.n-by-n"
    return _end_rule(got, want) or _not_reduced(got, want) or _over_reduced(got, want)


def _is_outer(table: NDArray[np.generic], want: NDArray[np.generic]) -> bool:
    """Return whether a table pairs every entry of one array with every entry of another, where each meets its own."""
    t = table.astype(np.float64)
    own, columns = t.diagonal(), np.broadcast_to(t[:, :1] - t[0, 0], t.shape)
    is_multiple = own.any() and factor_between(own, want.astype(np.float64).ravel()) is not None
    return is_multiple or near(t - t[0], columns)


def _end_rule(got: NDArray[np.generic], want: NDArray[np.generic]) -> str:
    """Return the id of the sentence for values that are right as far as they go, "" if they are not."""
    if not 0 < got.ndim == want.ndim or got.shape[1:] != want.shape[1:] or got.dtype.kind not in "biuf":
        return ""
    shorter, longer = min(len(got), len(want)), max(len(got), len(want))
    if shorter == longer or shorter == 0 or not want[:shorter].any() or not near(got[:shorter], want[:shorter]):
        return ""
    if len(got) == 1:
        return "hint.first-only"
    if shorter < LEAST or longer != shorter + 1:
        return ""
    return "hint.one-short" if len(got) == shorter else "hint.one-more"


def _not_reduced(got: NDArray[np.generic], want: NDArray[np.generic]) -> str:
    """Return the id of the sentence for an axis that should be gone, if a sum or a mean over it is right."""
    if got.dtype.kind not in "biuf" or want.dtype.kind not in "biuf" or not want.any():
        return ""
    for axes in _removed(got.shape, want.shape):
        if near(got.sum(axis=axes), want):
            return "hint.not-summed"
        if near(got.mean(axis=axes), want):
            return "hint.not-averaged"
    return ""


def _over_reduced(got: NDArray[np.generic], want: NDArray[np.generic]) -> str:
    """Return the id of the sentence for an axis that is gone, if its values were added up or averaged."""
    if want.dtype.kind not in "biuf":
        return ""
    values = want.astype(np.float64)
    reduced = (f(values, axis=axes) for axes in _removed(want.shape, got.shape) for f in (np.sum, np.mean, np.max))
    return "hint.over-reduced" if got.any() and any(near(got, np.asarray(each)) for each in reduced) else ""


def _removed(long: tuple[int, ...], short: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the axes of ``long``, longer than 1 altogether, without which it is ``short``."""
    for axes in combinations(range(len(long)), max(len(long) - len(short), 0)):
        rest = tuple(n for i, n in enumerate(long) if i not in axes)
        if axes and rest == short and math.prod(long[i] for i in axes) > 1:
            yield axes
