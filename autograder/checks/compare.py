"""Compare what came back with what is wanted, and describe the first difference.

The order is type, shape, kind of dtype, finite, tolerance; the first of these that differs is reported. Nothing is
broadcast, and "close" is a condition that must hold, so that nan fails. A wanted value that is not finite fails too,
unless the case allows it: it may have come from the submission.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import CaseError
from ..messages import say
from ..model import Mismatch
from ..values import as_array, dtype_name, is_array, is_tensor, leaves
from .entries import entries, number_texts

# (rtol, atol) by dtype. float64 leaves room for another order of summation, float32 for a sum of about 1,000 terms; the
# half precisions have 3 and 2 significant digits. Integers, bool and text are compared exactly.
_TOLERANCES = {
    "float64": (1e-6, 1e-8),
    "complex128": (1e-6, 1e-8),
    "float32": (1e-4, 1e-5),
    "complex64": (1e-4, 1e-5),
    "float16": (1e-2, 1e-3),
    "bfloat16": (4e-2, 1e-2),
}
_HALF = ("float16", "bfloat16")
_KINDS = {"b": "bool", "i": "integer", "u": "integer", "f": "float", "c": "complex", "U": "text"}


@dataclass(frozen=True, slots=True)
class _Rule:
    """How exact a comparison is, and what may be wanted. Without ``values`` it ends after the check for finiteness."""

    rtol: float | None = None
    atol: float | None = None
    nan: bool = False
    inf: bool = False
    allow_half: bool = False
    values: bool = True


def compare(
    got: Any,
    want: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    nan: bool = False,
    inf: bool = False,
    allow_half: bool = False,
) -> Mismatch | None:
    """Return the first difference between ``got`` and ``want``, None if there is none.

    A list is accepted for a tuple, a number for a 0-d array, float32 for float64, and a plain Python int for a float of
    equal value; a float is never accepted for an int, nor bool for a number. Values are close if everywhere
    ``|got - want| <= atol + rtol * |want|``. Where ``want`` is nan or inf, nothing is right; with ``nan`` or ``inf``,
    ``got`` must be the same there.

    Args:
        got, want: plain data: numbers, bool, str, None, arrays, tensors, and lists, tuples and dicts of these.
        rtol, atol: relative and absolute tolerance; by default those of the coarser of the two dtypes, 0 for integers,
            bool and text.
        nan, inf: whether ``want`` may contain nan, or inf and -inf.
        allow_half: accept float16 and bfloat16 where ``want`` has a higher precision.

    Raises:
        CaseError: ``want`` is not plain data.
    """
    return _differ(got, want, _Rule(rtol, atol, nan, inf, allow_half), ())


def compare_form(got: Any, want: Any) -> Mismatch | None:
    """Return the first difference in type, shape, kind of dtype or finiteness; values are not compared.

    Raises:
        CaseError: ``want`` is not plain data.
    """
    return _differ(got, want, _Rule(values=False), ())


def not_finite(want: Any, *, nan: bool = False, inf: bool = False) -> str:
    """Return "nan" or "inf" if a wanted value contains it and may not, else ""."""
    for leaf in leaves(want):
        if is_array(leaf) or isinstance(leaf, float | complex | np.inexact):
            array = as_array(leaf)
            if array.dtype.kind in "fc" and not nan and np.isnan(array).any():
                return "nan"
            if array.dtype.kind in "fc" and not inf and np.isinf(array).any():
                return "inf"
    return ""


def _differ(got: Any, want: Any, rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    if isinstance(want, dict):
        return _differ_dict(got, want, rule, where)
    if isinstance(want, list | tuple):
        return _differ_sequence(got, want, rule, where)
    want, got = _without_axes(want), (got if is_tensor(want) or has_axes(want) else _without_axes(got))
    if isinstance(want, str) or want is None or _is_bool(want):
        return _differ_exactly(got, want, rule, where)
    if _is_number(want):
        return _differ_number(got, want, rule, where)
    if is_array(want):
        return _differ_array(got, want, rule, where)
    raise CaseError(f"A case compares with a value of type {type(want).__name__}; compare plain data, arrays, tensors.")


def _differ_dict(got: Any, want: dict[Any, Any], rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    if not isinstance(got, dict):
        return _mismatch("type", type_name(got), type_name(want), where)
    if set(got) != set(want):
        return _mismatch("shape", _keys(got), _keys(want), where)
    parts = (_differ(got[key], want[key], rule, (*where, f"[{_short(repr(key))}]")) for key in want)
    return next((part for part in parts if part is not None), None)


def _differ_sequence(got: Any, want: Sequence[Any], rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    if not isinstance(got, list | tuple):
        return _mismatch("type", type_name(got), type_name(want), where)
    if len(got) != len(want):
        return _mismatch("shape", say("compare.items", count=len(got)), say("compare.items", count=len(want)), where)
    whole: Mismatch | None = None
    if _are_floats(got) and _are_floats(want):
        whole = _differ_numeric(np.array(got), np.array(want), rule, where, names=("float", "float"))
        if whole is None:
            return None  # the common case, as one array; below, item by item, to name the first that differs
    pairs = enumerate(zip(got, want, strict=True))
    parts = (_differ(left, right, rule, (*where, f"[{i}]")) for i, (left, right) in pairs)
    first = next((part for part in parts if part is not None), None)
    return replace(first, entries=whole.entries) if first and whole else first


def _are_floats(items: Sequence[Any]) -> bool:
    return len(items) > 0 and set(map(type, items)) == {float}


def _differ_exactly(got: Any, want: Any, rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    same_type = _is_bool(got) if _is_bool(want) else isinstance(got, str) if isinstance(want, str) else got is None
    if not same_type:
        return _mismatch("type", type_name(got), type_name(want), where)
    if rule.values and got != want:
        return _mismatch("value", _text(got), _text(want), where)
    return None


def _differ_number(got: Any, want: Any, rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    if isinstance(got, np.ndarray):
        return _mismatch("shape", str(got.shape), say("compare.number"), where)
    if not _is_number(got):
        return _mismatch("type", type_name(got), type_name(want), where)
    if type(got) is int and type(want) is int:  # not as arrays, which hold 64 bits at most
        return _mismatch("value", _text(got), _text(want), where) if rule.values and got != want else None
    if type(got) is int and _kind(np.asarray(want)) == "float":
        got = float(got) if abs(got) < 2**1000 else float("inf")
    return _differ_numeric(np.asarray(got), np.asarray(want), rule, where, names=(type_name(got), type_name(want)))


def _differ_array(got: Any, want: Any, rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    if not same_array_type(got, want):
        return _mismatch("type", type_name(got), type_name(want), where)
    if tuple(got.shape) != tuple(want.shape):
        return _mismatch("shape", str(tuple(got.shape)), str(tuple(want.shape)), where)
    return _differ_numeric(as_array(got), as_array(want), rule, where, names=(dtype_name(got), dtype_name(want)))


def _differ_numeric(
    got: NDArray[Any], want: NDArray[Any], rule: _Rule, where: tuple[str, ...], *, names: tuple[str, str]
) -> Mismatch | None:
    """Compare two arrays of one shape: kind of dtype, finite, values. ``names`` are their dtypes as printed."""
    if want.dtype.kind not in _KINDS:
        raise CaseError(f"A case compares with an array of dtype {want.dtype}; use numbers, bool or text.")
    too_coarse = names[0] in _HALF and names[1] not in _HALF and not rule.allow_half
    if _kind(got) != _kind(want) or too_coarse:
        return _mismatch("dtype", *names, where)
    if got.dtype == want.dtype and bool((got == want).all()) and (rule.inf or _is_finite(want)):
        return None
    with np.errstate(all="ignore"):
        ok = _same_special(got, want, rule)
        kind = "non-finite"
        if ok.all() and rule.values:
            kind, ok = "value", _close(got, want, *_tolerances(rule, names, got, want))
    return None if ok.all() else _first_wrong(kind, got, want, ok, where)


def _is_finite(array: NDArray[Any]) -> bool:
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def _same_special(got: NDArray[Any], want: NDArray[Any], rule: _Rule) -> NDArray[np.bool_]:
    """Return where ``got`` is finite if ``want`` is, or the same nan or inf if the rule allows these."""
    if got.dtype.kind not in "fc":
        return np.ones(got.shape, dtype=np.bool_)
    finite = np.isfinite(want)
    same: NDArray[np.bool_] = np.isfinite(got)
    if finite.all():
        return same
    both_nan, equal = np.isnan(got) & np.isnan(want), got == want
    same = np.where(finite, same, (both_nan & rule.nan) | (equal & rule.inf))
    return same


def _close(got: NDArray[Any], want: NDArray[Any], rtol: float, atol: float) -> NDArray[np.bool_]:
    """Return where two arrays are close. :func:`_same_special` is true for them, so entries that are not finite are."""
    if got.dtype.kind == "U" or (rtol == 0 and atol == 0):
        equal: NDArray[np.bool_] = np.asarray(got == want)
        return equal if got.dtype.kind not in "fc" else equal | ~np.isfinite(want)
    wide = np.complex128 if got.dtype.kind == "c" else np.float64
    a, e = got.astype(wide), want.astype(wide)
    near: NDArray[np.bool_] = np.abs(a - e) <= atol + rtol * np.abs(e)
    return near | ~np.isfinite(e)


def _tolerances(rule: _Rule, names: tuple[str, str], got: NDArray[Any], want: NDArray[Any]) -> tuple[float, float]:
    exact = (0.0, 0.0)
    # The name comes first: a bfloat16 tensor has become a float32 array.
    left = _TOLERANCES.get(names[0]) or _TOLERANCES.get(got.dtype.name, exact)
    right = _TOLERANCES.get(names[1]) or _TOLERANCES.get(want.dtype.name, exact)
    rtol, atol = max(left, right)
    return (rtol if rule.rtol is None else rule.rtol), (atol if rule.atol is None else rule.atol)


def _first_wrong(
    kind: str, got: NDArray[Any], want: NDArray[Any], ok: NDArray[np.bool_], where: tuple[str, ...]
) -> Mismatch:
    index = tuple(int(i) for i in np.argwhere(~ok)[0]) if ok.ndim else ()
    return value_mismatch(kind, got, want, index, ok=ok, where=where)


def value_mismatch(
    kind: str,
    got: NDArray[Any],
    want: NDArray[Any],
    index: tuple[int, ...],
    *,
    ok: NDArray[np.bool_],
    where: tuple[str, ...] = (),
) -> Mismatch:
    """Describe the wrong entry at ``index``; ``ok`` is false wherever the arrays differ."""
    left, right = number_pair(got[index].item(), want[index].item())
    place = (*where, f"[{', '.join(map(str, index))}]") if index else where
    share = say("compare.share", wrong=int(ok.size - np.count_nonzero(ok)), size=got.size) if got.ndim else ""
    return Mismatch(kind, left, right, "".join(place), share, entries(got, want, ok))


def _mismatch(kind: str, got: str, want: str, where: tuple[str, ...]) -> Mismatch:
    return Mismatch(kind, got, want, "".join(where))


# --- values in words


def type_name(value: object) -> str:
    """Return the name of a value's type in a student's words."""
    if is_tensor(value):
        return say("type.tensor")
    if isinstance(value, np.ndarray):
        return say("type.array")
    in_words = getattr(type(value), "_autograder_in_words", None)  # set by the handle of an object in the worker
    if in_words is not None:
        return str(in_words(value))
    if value is None:
        return "None"
    if _is_bool(value):
        return "bool"
    return type(value).__name__


def number_pair(got: Any, want: Any) -> tuple[str, str]:
    """Return two numbers as text, with 6 significant digits or as many as show that they differ."""
    if not all(isinstance(value, float | complex) for value in (got, want)):
        return _text(got), _text(want)
    return number_texts(got, want)


def _without_axes(value: Any) -> Any:
    """Return the number in a 0-d array; any other value as it is."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def has_axes(value: object) -> bool:
    """Return whether ``value`` is compared as an array: a tensor, or an array that is not 0-d."""
    return is_tensor(value) or (isinstance(value, np.ndarray) and value.ndim > 0)


def same_array_type(got: object, want: object) -> bool:
    """Return whether both are numpy arrays or both are tensors."""
    return is_tensor(got) if is_tensor(want) else isinstance(got, np.ndarray) and isinstance(want, np.ndarray)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool | np.bool_)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | complex | np.number) and not _is_bool(value)


def _kind(array: NDArray[Any]) -> str:
    return _KINDS.get(array.dtype.kind) or str(array.dtype.name)


def _keys(value: dict[Any, Any]) -> str:
    return say("compare.keys", count=len(value), keys=_short(", ".join(sorted(map(repr, value)))))


def _text(value: object) -> str:
    if isinstance(value, str):
        return _short(repr(value))
    if isinstance(value, int) and abs(value) >= 10**40:
        return say("compare.huge")
    return str(value)


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
