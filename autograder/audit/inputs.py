"""Other inputs: many calls that resemble those that the cases made.

The arguments that a case passes to a function show their kind: labels are 0 and 1, probabilities are between 0 and 1,
rows sum to one. New values are of the same kind and of a wider scale. Axes of equal length get another length together.
What a function takes as ``cache`` is made again, by the call that had made it: nothing else would fit. An input may
still be outside what the hand-out promises. Then the solution refuses it, or the author accepts the difference.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..student.call import RecordedCall
from ..student.objects import StudentObject
from ..student.recipes import Recipe
from ..values import as_array, is_array, is_tensor, leaves
from .witness import call_written

MAX_ENTRIES = 1 << 16  # of all arrays of a call together: hundreds of larger calls take too long
OPAQUE = "cache"  # the argument whose content is the submission's own
MAX_CHOICES = 12  # up to so many different whole numbers are classes, such as the digits; more are a range


@dataclass(frozen=True, slots=True)
class Arguments:
    """One call to be made: the name of the function and its arguments."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __str__(self) -> str:
        """Write the call so that an author can paste it into a case."""
        return call_written(self.function, self.args, self.kwargs)

    @property
    def size(self) -> int:
        """The number of entries and numbers in the arguments."""
        return _size([self.args, self.kwargs])


@dataclass(frozen=True, slots=True)
class Handed:
    """An argument that the submission made itself: an item of the result of a call, or all of it."""

    call: Arguments
    item: int | None

    def __repr__(self) -> str:
        return f"{self.call}" if self.item is None else f"{self.call}[{self.item}]"


@dataclass(frozen=True, slots=True)
class _Style:
    """How to draw one call: new lengths of axes, values near those seen or not, whole numbers only or not.

    Whole numbers hit thresholds and ties. Random real numbers never do. Some axes of length 1 get the length ``ones``.
    """

    lengths: dict[int, int]
    ones: int
    near: bool
    whole: bool

    def shape(self, array: Any, rng: np.random.Generator) -> tuple[int, ...]:
        """Return the shape of the array that is drawn in the place of ``array``."""
        one = [self.ones if self.ones > 1 and rng.random() < 0.5 else 1 for _ in array.shape]
        return tuple(one[i] if n == 1 else self.lengths.get(n, int(n)) for i, n in enumerate(array.shape))


class InputGenerator:
    """Draws inputs that resemble those of ``calls``, which are all of one function.

    With ``widen_ones``, axes of length 1 get other lengths as well. A hand-out may promise a single column.
    """

    def __init__(self, calls: Sequence[RecordedCall], *, widen_ones: bool = False) -> None:
        self._widen_ones = widen_ones
        self._calls = [call for call in calls if is_repeatable(call)]
        self._seen: dict[str, list[NDArray[Any]]] = {}
        for call in self._calls:
            for path, leaf in _leaves_with_paths([call.args, call.kwargs]):
                self._seen.setdefault(path, []).append(as_array(leaf).ravel() if is_array(leaf) else np.array([leaf]))

    def __bool__(self) -> bool:
        return bool(self._calls)

    def draw(self, rng: np.random.Generator) -> Arguments:
        """Return a call that resembles one of those seen; a third keep its shapes and stay near its values."""
        call = self._calls[rng.integers(len(self._calls))]
        given = copy.deepcopy([call.args, call.kwargs])
        near = rng.random() < 1 / 3
        axes = {n for _, leaf in _leaves_with_paths(given) if is_array(leaf) for n in leaf.shape if n > 1}
        # Half of the draws leave some lengths: those of a result and its argument may depend on each other.
        kept = set() if rng.random() < 1 / 2 else {n for n in sorted(axes) if rng.random() < 1 / 2}
        lengths = {} if near else {n: int(rng.integers(1, 9)) for n in sorted(axes - kept)}
        ones = int(rng.integers(2, 6)) if self._widen_ones else 1
        style = _Style(lengths, ones, near, whole=not near and rng.random() < 1 / 4)
        args, kwargs = self._drawn(given, "", style, rng)
        return Arguments(call.function, tuple(args), kwargs)

    def _drawn(self, value: Any, path: str, style: _Style, rng: np.random.Generator) -> Any:
        """Draw another value of the same kind. Containers keep their structure."""
        if isinstance(value, dict):
            return {k: self._drawn(item, f"{path}[{k!r}]", style, rng) for k, item in value.items()}
        if isinstance(value, Handed):
            args, kwargs = self._drawn([value.call.args, value.call.kwargs], f"{path}[]", style, rng)
            return Handed(Arguments(value.call.function, tuple(args), kwargs), value.item)
        if isinstance(value, list | tuple):
            parts = [self._drawn(item, _inside(path, i, item), style, rng) for i, item in enumerate(value)]
            return type(value)(parts) if isinstance(value, list) else tuple(parts)
        if is_tensor(value):
            return _tensor_like(value, self._array(as_array(value), path, style, rng))
        if isinstance(value, np.ndarray):
            return self._array(value, path, style, rng)
        if type(value) in (int, float):
            return self._number(value, path, style, rng)
        return value

    def _array(self, value: NDArray[Any], path: str, style: _Style, rng: np.random.Generator) -> NDArray[Any]:
        shape = style.shape(value, rng)
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
        if repeated and (len(choice) <= 3 or (whole and len(choice) <= MAX_CHOICES)):
            return rng.choice(choice, size=shape).astype(value.dtype)
        if value.dtype.kind in "iu":
            return rng.integers(int(value.min()), int(value.max()) + 1, size=shape).astype(value.dtype)
        if style.near and shape == value.shape:
            return (value + 0.1 * value * rng.normal(size=shape)).clip(seen.min(), seen.max()).astype(value.dtype)
        drawn = _reals(seen[np.isfinite(seen)], shape, style, rng)
        if value.ndim == 1 and len(value) > 2 and np.all(np.diff(value) >= 0):
            drawn = np.sort(drawn)
        return drawn.astype(value.dtype)

    def _number(self, value: float, path: str, style: _Style, rng: np.random.Generator) -> float:
        seen = np.concatenate(self._seen[path])
        if isinstance(value, int):
            if value in style.lengths and rng.random() < 0.5:
                return style.lengths[value]
            if style.near:
                return int(rng.choice(seen))
            low = int(seen.min())
            low -= low > 1  # one below the smallest seen, but not 0: it may be a size or a count
            high = min(int(seen.max()), low + 40) + 2
            return int(low + (high - low + 1) * rng.random() ** 2)
        if style.near or not math.isfinite(value):
            return float(rng.choice(seen))
        return float(_reals(seen, (), style, rng))


def is_repeatable(call: RecordedCall) -> bool:
    """Whether a call can be made again: of a function, without objects of the worker and without large arrays."""
    given = [call.args, call.kwargs]
    return call.function.isidentifier() and _size(given) <= MAX_ENTRIES and not _holds_objects(given)


def _size(given: Any) -> int:
    found = (leaf for _, leaf in _leaves_with_paths(given))
    return sum(math.prod(leaf.shape) if is_array(leaf) else 1 for leaf in found)


def _holds_objects(value: Any) -> bool:
    return any(
        _holds_objects(leaf.arguments)
        if isinstance(leaf, Recipe)
        else _holds_objects([leaf.call.args, leaf.call.kwargs])
        if isinstance(leaf, Handed)
        else isinstance(leaf, StudentObject)
        for leaf in leaves(value)
    )


def with_handed(calls: Sequence[RecordedCall], parameters: Mapping[str, Sequence[str]]) -> list[RecordedCall]:
    """Replace every argument named ``cache`` that an earlier one of ``calls`` returned by how it was made."""
    found: list[RecordedCall] = []
    for number, call in enumerate(calls):
        names = parameters.get(call.function, ())
        args = tuple(
            _handed(arg, found[:number]) if names[i : i + 1] == (OPAQUE,) else arg for i, arg in enumerate(call.args)
        )
        kwargs = {name: _handed(arg, found[:number]) if name == OPAQUE else arg for name, arg in call.kwargs.items()}
        found.append(replace(call, args=args, kwargs=kwargs))
    return found


def _handed(arg: Any, calls: Sequence[RecordedCall]) -> Any:
    for call in reversed(calls):
        made = Arguments(call.function, call.args, call.kwargs)
        if arg is call.result:
            return Handed(made, None)
        for i, item in enumerate(call.result if isinstance(call.result, tuple) else ()):
            if arg is item:
                return Handed(made, i)
    return arg


def _leaves_with_paths(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every array and number with its path. The numbers in a list share one path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves_with_paths(item, f"{path}[{key!r}]")
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from _leaves_with_paths(item, _inside(path, i, item))
    elif isinstance(value, Handed):
        yield from _leaves_with_paths([value.call.args, value.call.kwargs], f"{path}[]")
    elif is_array(value) or type(value) in (int, float):
        yield path, value


def _inside(path: str, index: int, item: Any) -> str:
    """Return the path of an entry: every argument has its own, the numbers in a list have one."""
    depth = path.count("[")
    return f"{path}[{index}]" if depth < 2 or not isinstance(item, int | float) else f"{path}[:]"


def _structured(value: NDArray[Any], shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[Any] | None:
    """Draw an array with a structure: a permutation, one-hot rows, rows that sum to one; else None."""
    if value.ndim == 1 and len(value) > 1 and np.array_equal(np.sort(value), np.arange(len(value))):
        return rng.permutation(shape[0])
    if value.ndim < 2 or value.shape[-1] < 2 or not np.all(value >= 0):
        return None
    if not np.allclose(value.sum(axis=-1), 1.0, atol=1e-6):
        return None
    if np.all((value == 0) | (value == 1)):
        return np.eye(shape[-1])[rng.integers(shape[-1], size=shape[:-1])]
    return rng.dirichlet(np.ones(shape[-1]), size=shape[:-1])


def _reals(seen: NDArray[Any], shape: tuple[int, ...], style: _Style, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw real numbers of the kind of ``seen`` (in the unit interval, of one sign, of both) and of a wider scale."""
    if not seen.size:
        return rng.normal(size=shape)
    low, high = float(seen.min()), float(seen.max())
    if low < high and low >= 0 and high <= 1:
        drawn = rng.uniform(low, high, size=shape)
        return np.where(rng.random(shape) < 0.1, rng.choice(seen, size=shape), drawn)
    scale = float(np.median(np.abs(seen))) or 1.0
    drawn = scale * 10.0 ** rng.uniform(-1, 0.7) * rng.normal(size=shape)
    if low < 0 < high or low == high == 0:
        return np.asarray(np.round(drawn) if style.whole else drawn)
    drawn = np.abs(drawn)
    if style.whole:  # a learning rate that was never 0 is not rounded to 0
        drawn = np.ceil(drawn) if low > 0 or high < 0 else np.round(drawn)
    return np.asarray(drawn * (-1 if low < 0 else 1))


def _tensor_like(tensor: Any, array: NDArray[Any]) -> Any:
    import torch

    return torch.from_numpy(np.ascontiguousarray(array)).to(tensor.dtype)
