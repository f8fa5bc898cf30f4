"""Name the mistake that explains how two arrays differ, in one sentence, or say nothing if no rule fits well.

A wrong hint costs a student more than none, so every rule has a guard. No sentence contains inputs or wanted values:
it may be shown for a hidden case.
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

# Two arrays are equal for a diagnosis within these tolerances, the second relative to the largest entry. They are
# larger than the errors of float32 and of a numeric slope, and smaller than those of a mistake.
_REL, _ABS = 1e-4, 1e-5


def diagnose(
    got: NDArray[np.generic],
    want: NDArray[np.generic],
    *,
    others: Sequence[Pair] = (),
    sizes: Mapping[str, int] | None = None,
    gradient: bool = False,
) -> str:
    """Return a sentence that names the likely mistake in ``got``, "" if no rule fits.

    Args:
        got, want: arrays of any shapes and dtypes; only real numbers are diagnosed.
        others: (got, want) of the other arrays of the same answer, which can confirm a ratio.
        sizes: named lengths of the problem, see :func:`named_sizes`; by default those of ``want``.
        gradient: whether the sentence may speak of a gradient and its loss.
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
    """Return the lengths that a mean can run over, by their names in a hand-out.

    They are those of the first array or tensor among ``arguments`` that has an axis: (N,), (N, C), (N, C, H, W), and N
    for its first axis otherwise. Other arguments are ignored.
    """
    shapes = (tuple(int(n) for n in value.shape) for value in arguments if is_array(value))
    shape = next((shape for shape in shapes if shape), ())
    names = {1: ("N",), 2: ("N", "C"), 4: ("N", "C", "H", "W")}.get(len(shape), ("N",))
    return dict(zip(names, shape, strict=False))


# --- shapes


def _shape_rule(got: NDArray[np.generic], want: NDArray[np.generic]) -> str:
    """Return the id of the sentence for arrays of different shapes, "" if none fits."""
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
    """Return whether ``long`` becomes ``short`` when axes are removed."""
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
        return ""  # the difference is too small for a diagnosis
    if got.dtype.kind in "biu" and not _near(n, np.trunc(n)):
        return say("hint.integers")
    ratio = _ratio_rule(g, n, others, sizes)
    if ratio is not None:
        of_gradient = gradient and ratio.id == "hint.times"
        return say("hint.gradient-times" if of_gradient else ratio.id, factor=ratio.factor)
    name = _pattern_rule(g, n)
    return say(name) if name else ""


@dataclass(frozen=True, slots=True)
class _Ratio:
    """The factor of a known mistake: its value, the id of the sentence, and the name of the factor in it."""

    value: float
    id: str
    factor: str = ""


def _ratio_rule(
    got: NDArray[np.float64], want: NDArray[np.float64], others: Sequence[Pair], sizes: Mapping[str, int]
) -> _Ratio | None:
    ratio = _ratio(got, want)
    if ratio is None:
        return None
    match = next((known for known in _known_ratios(sizes) if math.isclose(ratio, known.value, rel_tol=_REL)), None)
    if match is None:
        return None
    enough = int(np.count_nonzero(np.abs(want) > _ABS * np.abs(want).max())) >= 3
    if match.id == "hint.sign":  # if want has only one sign, abs() looks the same
        enough = enough and bool((want > 0).any() and (want < 0).any())
    return match if enough or any(_same_ratio(pair, ratio) for pair in others) else None


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
    """Return c if ``got`` is c times ``want`` everywhere, else None."""
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
    """Return the id of the sentence for the place or the sign of the wrong entries, "" if none fits."""
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
        return ""  # for a single entry its index is enough
    there, wanted = np.abs(got) > scale, np.abs(want) > scale
    if there.any() and (there == ~wanted).all():
        return "hint.inverted"
    if (np.abs(want[wrong]) <= scale).all():
        return "hint.should-be-zero"
    if not got[wrong].any() and not wrong.all():
        return "hint.zero-entries"
    return _axis_rule(wrong)


def _axis_rule(wrong: NDArray[np.bool_]) -> str:
    """Return the id of the sentence for the ends of an axis, if all wrong entries are there."""
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
    """Return whether ``got`` is ``want``, rounded to one to four decimals."""
    if np.count_nonzero(want) < 3:
        return False
    return any(np.abs(got - np.round(want, digits)).max() <= 1e-6 for digits in range(1, 5))  # 1e-6: float32


def _near(got: NDArray[np.generic], want: NDArray[np.generic]) -> bool:
    """Return whether two arrays have one shape and are equal for a diagnosis."""
    if got.shape != want.shape:
        return False
    a, b = got.astype(np.float64), want.astype(np.float64)
    largest = float(np.abs(b).max()) if b.size else 0.0
    return bool((np.abs(a - b) <= _REL * np.abs(b) + _ABS * largest).all())
