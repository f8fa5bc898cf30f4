"""Name the mistake that explains how two values differ, in one sentence, or say nothing if no rule fits well.

A wrong hint costs a student more than none, so every rule has a guard, and if two rules fit, nothing is said. No
sentence contains inputs or wanted values: it may be shown for a hidden case.
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
from .forms import shape_rule
from .nearness import ABS, REL, factor_between, near

Pair = tuple[NDArray[np.generic], NDArray[np.generic]]

ENOUGH = 3  # entries, or indices of an axis, that a rule needs; what fits fewer may fit by chance
# Errors of rounding, relative. Those of one sign may also come from a training or a formula that differs a little.
_ROUNDING, _MIXED, _ONE_SIGN = 1e-7, 5e-5, 3e-6


def diagnose(
    got: NDArray[np.generic],
    want: NDArray[np.generic],
    *,
    others: Sequence[Pair] = (),
    right: Sequence[NDArray[np.generic]] = (),
    sizes: Mapping[str, int] | None = None,
    gradient: bool = False,
) -> str:
    """Return a sentence that names the likely mistake in ``got``, "" if no rule fits or if several do.

    Args:
        got, want: arrays of any shapes and dtypes; only real numbers are diagnosed.
        others: (got, want) of the other arrays of the same answer, which can confirm a ratio.
        right: results of other calls, which were right: a factor that is the same in every call is ruled out.
        sizes: named lengths of the problem, see :func:`named_sizes`; by default those of ``want``.
        gradient: whether the sentence may speak of a gradient and its loss.
    """
    if got.dtype.kind not in "biuf" or want.dtype.kind not in "biuf":
        return ""
    if got.shape != want.shape:
        return say(name) if (name := shape_rule(got, want)) else ""
    if want.dtype.kind != "f" or not (np.isfinite(got).all() and np.isfinite(want).all()):
        return ""
    with np.errstate(all="ignore"):
        early = _early_rule(got, want)
        if early is not None:
            return say(early) if early else ""
        g, n = got.astype(np.float64), want.astype(np.float64)
        is_first = not any(np.any(result) for result in right)
        ratios = _ratios(g, n, others, named_sizes([want]) if sizes is None else sizes, constants=is_first)
        found = {_sentence(ratio, gradient) for ratio in ratios}
        if not found and (_is_rich(n) or _is_varied(n)):
            found = {say(name) for name in _formulas(g, n)}
        if _is_varied(n) and (not found or any(_turned(g, n))):
            found |= {say(name) for name in _patterns(g, n)}
        return found.pop() if len(found) == 1 else ""


def named_sizes(arguments: Iterable[Any]) -> dict[str, int]:
    """Return the lengths that a mean can run over, by their names in a hand-out.

    They are those of the first array or tensor among ``arguments`` that has an axis: (N,), (N, C), (N, C, H, W), and N
    for its first axis otherwise. Other arguments are ignored.
    """
    shapes = (tuple(int(n) for n in value.shape) for value in arguments if is_array(value))
    shape = next((shape for shape in shapes if shape), ())
    names = {1: ("N",), 2: ("N", "C"), 4: ("N", "C", "H", "W")}.get(len(shape), ("N",))
    return dict(zip(names, shape, strict=False))


# --- values of one shape


def _early_rule(got: NDArray[np.generic], want: NDArray[np.generic]) -> str | None:
    """Return the id of the sentence for small differences, "" if there is nothing to say, None for large ones."""
    g, n = got.astype(np.float64), want.astype(np.float64)
    if got.dtype.kind in "biu" and not near(n, np.trunc(n)):
        return "hint.integers"
    if _is_rounded(g, n):
        return "hint.rounded"
    if got.dtype == want.dtype == np.float64 and _is_imprecise(g, n):
        return "hint.precision"
    return "" if near(g, n) else None  # the difference is too small for a diagnosis


def _is_varied(want: NDArray[np.float64], least: int = ENOUGH) -> bool:
    """Return whether there are enough entries that are not zero, and not all of one magnitude."""
    magnitudes = np.abs(want[np.abs(want) > ABS * np.abs(want).max(initial=0.0)])
    return magnitudes.size >= least and not np.allclose(magnitudes, magnitudes[0], REL, 0.0)


def _is_rich(want: NDArray[np.float64]) -> bool:
    """Return whether ``want`` is one number with more than three digits: a ratio to it is no chance."""
    if want.size != 1:
        return False
    value = float(want.flat[0])
    return abs(float(f"{value:.2e}") - value) > REL * abs(value)


def _is_rounded(got: NDArray[np.float64], want: NDArray[np.float64]) -> bool:
    """Return whether ``got`` is ``want``, rounded to one to six decimals."""
    if np.count_nonzero(want) < ENOUGH or not got.any() or np.array_equal(got, want):
        return False
    if any(np.abs(got - np.round(want, digits)).max() <= 1e-6 for digits in range(1, 5)):  # 1e-6: float32
        return not np.abs(got - want).max() <= 1e-6
    return any(np.abs(got - np.round(want, digits)).max() <= 1e-12 for digits in (5, 6))


def _is_imprecise(got: NDArray[np.float64], want: NDArray[np.float64]) -> bool:
    """Return whether ``got`` is ``want`` up to errors of rounding. Errors that are one factor come from that factor."""
    largest = float(np.abs(want).max(initial=0.0))
    if largest == 0.0:
        return False
    here = np.abs(want) > largest / 100  # of an entry that is nearly 0, few digits are right anyway
    if np.abs(got - want)[~here].max(initial=0.0) > _ONE_SIGN * largest:
        return False
    errors = (got[here] - want[here]) / want[here]
    worst = float(np.abs(errors).max())
    if errors.size >= ENOUGH and np.ptp(errors) < 0.05 * worst:
        return False
    mixed = errors.size >= ENOUGH and bool((errors > 0).any() and (errors < 0).any())
    return _ROUNDING < worst <= (_MIXED if mixed else _ONE_SIGN)


# --- ratios


@dataclass(frozen=True, slots=True)
class _Ratio:
    """The factor of a known mistake: its value, the id of the sentence, and the name of the factor in it."""

    value: float
    id: str
    factor: str = ""


def _sentence(ratio: _Ratio, gradient: bool) -> str:
    of_gradient = gradient and ratio.id == "hint.times"
    return say("hint.gradient-times" if of_gradient else ratio.id, factor=ratio.factor)


def _ratios(
    got: NDArray[np.float64],
    want: NDArray[np.float64],
    others: Sequence[Pair],
    sizes: Mapping[str, int],
    *,
    constants: bool,
) -> list[_Ratio]:
    """Return the known factors that all of ``got`` has, one for each sentence; constant ones only if ``constants``."""
    ratio = factor_between(got, want)
    if ratio is None:
        return []
    confirming = [pair[1].astype(np.float64).ravel() for pair in others if _same_ratio(pair, ratio)]
    numbers = np.concatenate([want.ravel(), *confirming])
    if not _is_varied(numbers, least=ENOUGH if np.array_equal(numbers, np.trunc(numbers)) else 2) and not _is_rich(
        want
    ):
        return []  # two small integers may have any ratio
    found: dict[str, _Ratio] = {}
    for known in (*(_CONSTANTS if constants else ()), *_size_ratios(sizes)):
        if math.isclose(ratio, known.value, rel_tol=REL):
            found.setdefault(known.id, known)
    is_part = len(confirming) < sum(bool(pair[1].any()) for pair in others)
    if is_part or np.count_nonzero(numbers) < ENOUGH:
        found.pop("hint.zeros", None)  # it may be a start that never moved; one or two numbers may be zero by chance
    if not confirming and not (want > 0).any():
        found.pop("hint.sign", None)  # abs() looks the same
    return list(found.values())


_CONSTANTS = (
    _Ratio(-1.0, "hint.sign"),
    _Ratio(2.0, "hint.double"),
    _Ratio(0.5, "hint.half"),
    _Ratio(1 / math.log(2), "hint.log2"),
    _Ratio(math.log(2), "hint.log-base"),
    _Ratio(math.log(10), "hint.log-base"),
    _Ratio(1 / math.log(10), "hint.log-base"),
    _Ratio(math.log10(2), "hint.log-base"),
    _Ratio(0.0, "hint.zeros"),
)


def _size_ratios(sizes: Mapping[str, int]) -> Iterator[_Ratio]:
    for product in ("N", "N·C", "C", "H·W", "N·H·W", "N·C·H·W"):
        lengths = [sizes.get(name, 1) for name in product.split("·")]
        if min(lengths) > 1:  # a length of 1 explains nothing
            yield _Ratio(float(math.prod(lengths)), "hint.times", product)
            yield _Ratio(1.0 / math.prod(lengths), "hint.over", product)
    n, c = sizes.get("N", 1), sizes.get("C", 1)
    if n > 1 and c > 1 and n != c:
        yield _Ratio(n / c, "hint.wrong-axis")
        yield _Ratio(c / n, "hint.wrong-axis")


def _same_ratio(pair: Pair, ratio: float) -> bool:
    got, want = pair
    if got.shape != want.shape or got.dtype.kind not in "biuf" or want.dtype.kind not in "biuf":
        return False
    other = factor_between(got.astype(np.float64), want.astype(np.float64))
    return other is not None and math.isclose(other, ratio, rel_tol=REL)


# --- other formulas


def _formulas(got: NDArray[np.float64], want: NDArray[np.float64]) -> Iterator[str]:
    """Yield the ids of the sentences that fit if ``got`` is a known function of ``want``, by entry or by row."""
    if np.all(want > 0):
        if near(got, np.sqrt(want)):
            yield "hint.root"
        elif near(got, want**2):
            yield "hint.square"
        elif np.all(want < 1) and near(got, 1 - want):
            yield "hint.complement"
    if want.ndim == 2 and min(want.shape) >= 2 and got.all() and want.all():
        ratios = got / want
        rows = ratios.mean(axis=1, keepdims=True)
        if near(ratios, np.broadcast_to(rows, ratios.shape)) and not np.allclose(rows, rows[0], 100 * REL, 0.0):
            yield "hint.row-factors"


# --- patterns


def _turned(got: NDArray[np.float64], want: NDArray[np.float64]) -> Iterator[str]:
    """Yield the ids of the sentences that fit if ``got`` is ``want`` transposed or flipped, where that can be seen."""
    if want.ndim == 2 and want.shape[0] == want.shape[1] > 1 and near(got, want.T):
        yield "hint.transposed"
    if want.ndim >= 2 and min(want.shape[-2:]) > 1 and near(got, want[..., ::-1, ::-1]):
        yield "hint.flipped"


def _patterns(got: NDArray[np.float64], want: NDArray[np.float64]) -> Iterator[str]:
    """Yield the ids of the sentences that fit the place or the sign of the wrong entries."""
    if not got.any():
        return
    if want.ndim == 1 and (got == got[0]).all() and near(got[:1], want[:1]):
        yield "hint.constant"
        return
    yield from _turned(got, want)
    if near(np.abs(got), np.abs(want)):
        if (got < 0).any():
            yield "hint.some-signs"
        elif (want > 0).any():  # where all are wanted to be negative, the sign may as well be the opposite one
            yield "hint.lost-signs"
        return
    yield from _places(got, want)


def _places(got: NDArray[np.float64], want: NDArray[np.float64]) -> Iterator[str]:
    """Yield the ids of the sentences that fit the place of the wrong entries; each needs several, and right ones."""
    scale = ABS * np.abs(want).max()
    wrong = np.abs(got - want) > REL * np.abs(want) + scale
    if np.count_nonzero(wrong) < 2:
        return  # for a single entry its index is enough
    there, wanted = np.abs(got) > scale, np.abs(want) > scale
    right = ~wrong & wanted  # a right zero says little
    ends = list(_ends(wrong, right)) if np.count_nonzero(right & ~np.isin(np.abs(want), (0.5, 1.0))) >= ENOUGH else []
    yield from ends
    if np.count_nonzero(~wanted) >= 2 and (there == ~wanted).all():
        yield "hint.inverted"
    if np.count_nonzero(right) < 2:
        return
    if not wanted[wrong].any():
        yield "hint.should-be-zero"
    if np.count_nonzero(wrong) >= ENOUGH and not got[wrong].any() and not ends:  # a loop that ends early leaves zeros
        yield "hint.zero-entries"


def _ends(wrong: NDArray[np.bool_], right: NDArray[np.bool_]) -> Iterator[str]:
    """Yield the ids of the sentences about axes: only an end is wrong, or only one row (of the first axis) is right."""
    for axis in range(wrong.ndim):
        n = wrong.shape[axis]
        rows = np.moveaxis(wrong, axis, 0).reshape(n, -1)
        bad = [int(i) for i in np.flatnonzero(rows.any(axis=1))]
        if n < ENOUGH or len(bad) == n:
            continue
        if bad == [0]:
            yield "hint.first"
        elif bad == [n - 1]:
            yield "hint.last"
        elif bad == [0, n - 1] and n >= 5:
            yield "hint.border"
        elif axis == 0 and len(bad) == n - 1 and rows[bad].all() and np.count_nonzero(right) >= 2:
            yield "hint.one-right"
