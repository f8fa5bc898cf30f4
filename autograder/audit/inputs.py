"""Wider inputs: from the calls that the cases made, many others like them.

What a case handed to a function tells what the function is for: its labels are 0 and 1, its probabilities lie between
0 and 1, its rows sum to one. Values are drawn again within such a kind and over a wider scale, and axes of one length
get another length together. A draw may still lie outside what the hand-out promises; then the solution refuses it, or
its author says so.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..student.handle import RecordedCall, StudentObject
from ..student.recipes import Recipe
from ..values import as_array, is_tensor

LARGEST = 1 << 16  # entries of all arrays of a call; larger ones cost more than they show
FEW = 12  # so many different whole numbers are a choice, not a range


@dataclass(frozen=True, slots=True)
class Arguments:
    """One call to be made: the function's name and what it is given."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How one call is drawn: which axes get which lengths, whether values stay near those seen, or are whole numbers.

    Whole numbers meet borders and ties, which real ones never do.
    """

    lengths: dict[int, int]
    near: bool
    whole: bool


class Wider:
    """Draws inputs like those of ``calls``, all of one function."""

    def __init__(self, calls: Sequence[RecordedCall]) -> None:
        self._calls = [call for call in calls if plain(call)]
        self._seen: dict[str, list[NDArray[Any]]] = {}
        for call in self._calls:
            for path, leaf in _leaves([call.args, call.kwargs]):
                self._seen.setdefault(path, []).append(as_array(leaf).ravel() if _is_array(leaf) else np.array([leaf]))

    def __bool__(self) -> bool:
        return bool(self._calls)

    def draw(self, rng: np.random.Generator) -> Arguments:
        """Return one call like one of those seen; a third of the draws keep its shapes and change little."""
        call = self._calls[rng.integers(len(self._calls))]
        given = copy.deepcopy([call.args, call.kwargs])
        near = rng.random() < 1 / 3
        found = {n for _, leaf in _leaves(given) if _is_array(leaf) for n in leaf.shape if n > 1}
        lengths = {} if near else {n: int(rng.integers(1, 9)) for n in sorted(found)}
        how = _Manner(lengths, near, whole=not near and rng.random() < 1 / 4)
        args, kwargs = self._drawn(given, "", how, rng)
        return Arguments(call.function, tuple(args), kwargs)

    def _drawn(self, value: Any, path: str, how: _Manner, rng: np.random.Generator) -> Any:
        """Draw a value again; containers keep their form."""
        if isinstance(value, dict):
            return {k: self._drawn(item, f"{path}[{k!r}]", how, rng) for k, item in value.items()}
        if isinstance(value, list | tuple):
            parts = [self._drawn(item, _inside(path, i, item), how, rng) for i, item in enumerate(value)]
            return type(value)(parts) if isinstance(value, list) else tuple(parts)
        if is_tensor(value):
            return _tensor_like(value, self._array(as_array(value), path, how, rng))
        if isinstance(value, np.ndarray):
            return self._array(value, path, how, rng)
        if type(value) in (int, float):
            return self._number(value, path, how, rng)
        return value

    def _array(self, value: NDArray[Any], path: str, how: _Manner, rng: np.random.Generator) -> NDArray[Any]:
        shape = tuple(how.lengths[n] if n in how.lengths else int(n) for n in value.shape)
        if value.dtype.kind == "b":
            return rng.random(shape) < 0.5
        if value.dtype.kind not in "iuf" or not value.size:
            return value
        if (structured := _structured(value, shape, rng)) is not None:
            return structured.astype(value.dtype)
        seen = np.concatenate(self._seen[path])
        choice = np.unique(seen)
        whole = bool(np.all(np.isfinite(seen)) and np.all(seen == np.round(seen)))
        repeated = len(choice) > 1 and len(seen) >= 4 * len(choice)
        if repeated and (len(choice) <= 3 or (whole and len(choice) <= FEW)):
            return rng.choice(choice, size=shape).astype(value.dtype)
        if value.dtype.kind in "iu":
            return rng.integers(int(value.min()), int(value.max()) + 1, size=shape).astype(value.dtype)
        if how.near and shape == value.shape:
            return (value + 0.1 * value * rng.normal(size=shape)).clip(seen.min(), seen.max()).astype(value.dtype)
        drawn = _reals(seen[np.isfinite(seen)], shape, how, rng)
        if value.ndim == 1 and len(value) > 2 and np.all(np.diff(value) >= 0):
            drawn = np.sort(drawn)
        return drawn.astype(value.dtype)

    def _number(self, value: float, path: str, how: _Manner, rng: np.random.Generator) -> float:
        seen = np.concatenate(self._seen[path])
        if isinstance(value, int):
            if value in how.lengths and rng.random() < 0.5:
                return how.lengths[value]
            if how.near:
                return int(rng.choice(seen))
            low = int(seen.min())
            low -= low > 1  # the first step below what was seen, but not to a size or a count of 0
            high = min(int(seen.max()), low + 40) + 2
            return int(low + (high - low + 1) * rng.random() ** 2)
        if how.near or not math.isfinite(value):
            return float(rng.choice(seen))
        return float(_reals(seen, (), how, rng))


def plain(call: RecordedCall) -> bool:
    """Whether a call can be made again: on a function, with nothing that lives in the worker and nothing large."""
    leaves = list(_leaves([call.args, call.kwargs]))
    size = sum(
        leaf.size if isinstance(leaf, np.ndarray) else math.prod(leaf.shape) for _, leaf in leaves if _is_array(leaf)
    )
    return call.function.isidentifier() and size <= LARGEST and not _holds_objects([call.args, call.kwargs])


def _holds_objects(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_objects(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_holds_objects(item) for item in value)
    if isinstance(value, Recipe):
        return _holds_objects(value.arguments)
    return isinstance(value, StudentObject)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every array and number with its place; the entries of a long list of numbers share one place."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}[{key!r}]")
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from _leaves(item, _inside(path, i, item))
    elif _is_array(value) or type(value) in (int, float):
        yield path, value


def _inside(path: str, index: int, item: Any) -> str:
    """The place of an entry: arguments differ from each other, the numbers in one list do not."""
    depth = path.count("[")
    return f"{path}[{index}]" if depth < 2 or not isinstance(item, int | float) else f"{path}[:]"


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) or is_tensor(value)


def _structured(value: NDArray[Any], shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[Any] | None:
    """Draw again what has a form of its own: a permutation, one-hot rows, rows that sum to one."""
    if value.ndim == 1 and len(value) > 1 and np.array_equal(np.sort(value), np.arange(len(value))):
        return rng.permutation(shape[0])
    if value.ndim < 2 or value.shape[-1] < 2 or not np.all(value >= 0):
        return None
    if not np.allclose(value.sum(axis=-1), 1.0, atol=1e-6):
        return None
    if np.all((value == 0) | (value == 1)):
        return np.eye(shape[-1])[rng.integers(shape[-1], size=shape[:-1])]
    return rng.dirichlet(np.ones(shape[-1]), size=shape[:-1])


def _reals(seen: NDArray[Any], shape: tuple[int, ...], how: _Manner, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw real numbers of the kind of ``seen``: in the unit interval, of one sign, or of both; of a wider scale."""
    if not seen.size:
        return rng.normal(size=shape)
    low, high = float(seen.min()), float(seen.max())
    if low < high and low >= 0 and high <= 1:
        drawn = rng.uniform(low, high, size=shape)
        return np.where(rng.random(shape) < 0.1, rng.choice(seen, size=shape), drawn)
    scale = float(np.median(np.abs(seen))) or 1.0
    drawn = scale * 10.0 ** rng.uniform(-1, 0.7) * rng.normal(size=shape)
    if low < 0 < high or low == high == 0:
        return np.asarray(np.round(drawn) if how.whole else drawn)
    drawn = np.abs(drawn)
    if how.whole:  # a learning rate that was never 0 is not rounded to 0
        drawn = np.ceil(drawn) if low > 0 or high < 0 else np.round(drawn)
    return np.asarray(drawn * (-1 if low < 0 else 1))


def _tensor_like(tensor: Any, array: NDArray[Any]) -> Any:
    import torch

    return torch.from_numpy(np.ascontiguousarray(array)).to(tensor.dtype)
