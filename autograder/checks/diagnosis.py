"""From two arrays that differ to the mistake that explains it, in one sentence; silence where nothing fits well.

A wrong name costs a student more than no name, so every rule has a guard. The sentences hold neither inputs nor
wanted values: they may be shown for a hidden case.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..messages import say
from ..values import is_array

Pair = tuple[NDArray[np.generic], NDArray[np.generic]]

# "Equal" for a diagnosis: float32 work and the error of a numeric slope pass, a mistake does not.
_REL, _ABS = 1e-4, 1e-5


def diagnose(
    got: NDArray[np.generic],
    want: NDArray[np.generic],
    *,
    others: Sequence[Pair] = (),
    sizes: Mapping[str, int] | None = None,
    gradient: bool = False,
) -> str:
    """Return a sentence that names the likely mistake behind ``got``, "" when nothing fits.

    Args:
        got, want: arrays of any shapes and dtypes; real numbers are looked at more closely.
        others: (got, want) of the other arrays of the same answer; they confirm a ratio.
        sizes: named lengths of the problem, see :func:`named_sizes`; by default those of ``want``.
        gradient: may the sentence speak of a gradient and its loss?
    """
    if got.dtype.kind not in "biuf" or want.dtype.kind not in "biuf":
        return ""
    if got.shape != want.shape:
        return say(name) if (name := _shape_rule(got, want)) else ""
    if want.dtype.kind != "f" or not (np.isfinite(got).all() and np.isfinite(want).all()):
        return ""
    with np.errstate(all="ignore"):
        return _values(got, want, others, named_sizes([want]) if sizes is None else sizes, gradient)


def named_sizes(arguments: Iterable[Any]) -> dict[str, int]:
    """Return the lengths that a mean may run over, by the names that a hand-out uses.

    N is the first axis of the first array among ``arguments``; C the second axis of a matrix, H and W the last two of
    a batch of images. Arrays are numpy's or torch's; all else is passed over.
    """
    shapes = (tuple(int(n) for n in value.shape) for value in arguments if is_array(value))
    shape = next((shape for shape in shapes if shape), ())
    names = {1: ("N",), 2: ("N", "C"), 4: ("N", "C", "H", "W")}.get(len(shape), ("N",))
    return dict(zip(names, shape, strict=False))


# --- shapes


def _shape_rule(got: NDArray[np.generic], want: NDArray[np.generic]) -> str:
    """Return the id of the sentence for arrays of different shapes."""
    if got.size == want.size > 0 and _near(got.ravel(), want.ravel()):
        return "hint.extra-axis" if got.ndim > want.ndim else "hint.right-values"
    if want.ndim == got.ndim == 2 and got.shape == want.shape[::-1]:
        return "hint.transposed"
    n = want.size
    if n > 1 and got.shape == (n, n) and max(want.shape) == n:
        return "hint.n-by-n"
    if got.size > want.size > 0 and got.ndim > want.ndim and got.shape[got.ndim - want.ndim :] == want.shape:
        return "hint.not-summed"
    if got.size < want.size and got.ndim < want.ndim and _is_reduced(got.shape, want.shape):
        return "hint.over-reduced"
    return ""


def _is_reduced(short: tuple[int, ...], long: tuple[int, ...]) -> bool:
    """Can ``short`` be had from ``long`` by dropping axes?"""
    remaining = iter(long)
    return all(any(n == m for m in remaining) for n in short)


# --- values of one shape


def _values(
    got: NDArray[np.generic],
    want: NDArray[np.generic],
    others: Sequence[Pair],
    sizes: Mapping[str, int],
    gradient: bool,
) -> str:
    g, n = got.astype(np.float64), want.astype(np.float64)
    if _near(g, n):
        return ""  # wrong by less than a diagnosis can see
    if got.dtype.kind in "biu" and not _near(n, np.trunc(n)):
        return say("hint.integers")
    found = _ratio_rule(g, n, others, sizes)
    if found is not None:
        named = gradient and found.id == "hint.times"
        return say("hint.gradient-times" if named else found.id, factor=found.factor)
    name = _pattern_rule(g, n)
    return say(name) if name else ""


@dataclass(frozen=True, slots=True)
class _Ratio:
    """A factor that a known mistake brings: the value, the sentence, the name of the factor in it."""

    value: float
    id: str
    factor: str = ""


def _ratio_rule(
    got: NDArray[np.float64], want: NDArray[np.float64], others: Sequence[Pair], sizes: Mapping[str, int]
) -> _Ratio | None:
    ratio = _ratio(got, want)
    if ratio is None:
        return None
    found = next((known for known in _known_ratios(sizes) if math.isclose(ratio, known.value, rel_tol=_REL)), None)
    if found is None:
        return None
    enough = int(np.count_nonzero(np.abs(want) > _ABS * np.abs(want).max())) >= 3
    if found.id == "hint.sign":  # where want has one sign, a lost sign (abs) looks the same
        enough = enough and bool((want > 0).any() and (want < 0).any())
    return found if enough or any(_same_ratio(pair, ratio) for pair in others) else None


def _known_ratios(sizes: Mapping[str, int]) -> Iterator[_Ratio]:
    yield _Ratio(-1.0, "hint.sign")
    yield _Ratio(2.0, "hint.double")
    yield _Ratio(0.5, "hint.half")
    yield _Ratio(1 / math.log(2), "hint.log2")
    for product in ("N", "N·C", "C", "H·W", "N·H·W", "N·C·H·W"):
        lengths = [sizes.get(name, 1) for name in product.split("·")]
        if min(lengths) > 1:  # a length of 1 explains nothing
            yield _Ratio(float(math.prod(lengths)), "hint.times", product)
            yield _Ratio(1.0 / math.prod(lengths), "hint.over", product)
    n, c = sizes.get("N", 1), sizes.get("C", 1)
    if n > 1 and c > 1 and n != c:
        yield _Ratio(n / c, "hint.wrong-axis")
        yield _Ratio(c / n, "hint.wrong-axis")


def _ratio(got: NDArray[np.float64], want: NDArray[np.float64]) -> float | None:
    """Return c where ``got`` is c times ``want`` everywhere, else None."""
    square = float(np.vdot(want, want))
    if square == 0.0:
        return None
    c = float(np.vdot(got, want)) / square
    fits = np.abs(got - c * want) <= _REL * np.abs(c * want) + _ABS * np.abs(want).max()
    return c if bool(fits.all()) else None


def _same_ratio(pair: Pair, ratio: float) -> bool:
    got, want = pair
    if got.shape != want.shape or got.dtype.kind not in "biuf" or want.dtype.kind not in "biuf":
        return False
    other = _ratio(got.astype(np.float64), want.astype(np.float64))
    return other is not None and math.isclose(other, ratio, rel_tol=_REL)


def _pattern_rule(got: NDArray[np.float64], want: NDArray[np.float64]) -> str:
    """Return the id of the sentence for the place or the sign of what is wrong."""
    if not got.any():
        return "hint.zeros"
    if _rounded(got, want):
        return "hint.rounded"
    if want.ndim == 2 and want.shape[0] == want.shape[1] > 1 and _near(got, want.T):
        return "hint.transposed"
    if want.ndim >= 2 and _near(got, want[..., ::-1, ::-1]):
        return "hint.flipped"
    if _near(np.abs(got), np.abs(want)):
        return "hint.lost-signs" if (got >= 0).all() else "hint.some-signs"
    return _place_rule(got, want)


def _place_rule(got: NDArray[np.float64], want: NDArray[np.float64]) -> str:
    scale = _ABS * np.abs(want).max()
    wrong = np.abs(got - want) > _REL * np.abs(want) + scale
    if np.count_nonzero(wrong) < 2:
        return ""  # a single entry: its index says as much
    there, wanted = np.abs(got) > scale, np.abs(want) > scale
    if there.any() and (there == ~wanted).all():
        return "hint.inverted"
    if (np.abs(want[wrong]) <= scale).all():
        return "hint.should-be-zero"
    if not got[wrong].any() and not wrong.all():
        return "hint.zero-entries"
    return _axis_rule(wrong)


def _axis_rule(wrong: NDArray[np.bool_]) -> str:
    """Name the ends of an axis if all that is wrong lies there."""
    for axis in range(wrong.ndim):
        n = wrong.shape[axis]
        bad = np.flatnonzero(wrong.any(axis=tuple(other for other in range(wrong.ndim) if other != axis)))
        if n < 3 or len(bad) == n:
            continue
        ends = {(0,): "hint.first", (n - 1,): "hint.last", (0, n - 1): "hint.border"}
        name = ends.get(tuple(int(i) for i in bad))
        if name:
            return name
    return ""


def _rounded(got: NDArray[np.float64], want: NDArray[np.float64]) -> bool:
    """Is ``got`` what ``want`` becomes when rounded to a few decimals?"""
    if np.count_nonzero(want) < 3:
        return False
    return any(np.abs(got - np.round(want, digits)).max() <= 1e-6 for digits in range(1, 5))  # 1e-6: float32


def _near(got: NDArray[np.generic], want: NDArray[np.generic]) -> bool:
    """Are these equal for the purpose of a diagnosis? Compares shapes first."""
    if got.shape != want.shape:
        return False
    a, b = got.astype(np.float64), want.astype(np.float64)
    largest = float(np.abs(b).max()) if b.size else 0.0
    return bool((np.abs(a - b) <= _REL * np.abs(b) + _ABS * largest).all())
