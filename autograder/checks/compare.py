"""What came back against what was wanted: equal enough, or the first difference in words.

The order is type, shape, dtype kind, finite, tolerance; the first that differs is the finding. Nothing is ever
broadcast, and "close" is stated positively, so that nan fails. Torch is never imported: tensors are known by the
module of their type and turned into arrays by their own methods.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from autograder.checks.diagnosis import diagnose, named_sizes
from autograder.errors import CaseError
from autograder.messages import say, translate
from autograder.model import Mismatch

# rtol, atol by precision: float64 leaves room for another order of summation, float32 for a sum over some 1,000 terms;
# the half precisions carry 3 and 2 digits. Whole numbers, truth values and text are compared exactly.
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


class CaseFailed(AssertionError):
    """A check did not hold, and says so to the student; what every function of the vocabulary raises.

    ``credit`` in [0, 1] is the share of the case's points that the answer still deserves. A message or hint of an
    author's own is said in the language in hand, where the assignment has it in that language. ``got`` is the value
    that was looked at, ``item`` the number of its item that is wrong, if it is a list: they tell which call it was.
    """

    def __init__(
        self,
        *,
        mismatch: Mismatch | None = None,
        message: str = "",
        hint: str = "",
        credit: float = 0.0,
        got: Any = None,
        item: int | None = None,
    ) -> None:
        self.mismatch = mismatch
        self.message = translate(message)
        self.hint = translate(hint)
        super().__init__(self.message)
        self.credit = credit
        self.got = got
        self.item = item

    def __str__(self) -> str:
        found = self.mismatch
        difference = f"{found.kind}: got {found.got}, want {found.want} {found.where}".strip() if found else ""
        return "\n".join(part for part in (self.message, difference, self.hint) if part)


class CallLike(Protocol):
    """One finished call: the result, the arguments changed in place, the arguments that the result shares memory with.

    Arguments are named by position ("0", "1['W']") or keyword ("lr").
    """

    @property
    def result(self) -> Any: ...
    @property
    def changed(self) -> tuple[str, ...]: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


class Function(Protocol):
    """A function under test; ``each`` and ``record_each`` make many calls in order and raise at the one that failed."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def each(self, arguments: Sequence[tuple[Any, ...]], /) -> Iterator[Any]: ...
    def record(self, *args: Any, **kwargs: Any) -> CallLike: ...
    def record_each(self, arguments: Sequence[tuple[Any, ...]], /) -> Iterator[CallLike]: ...


# --- the vocabulary of cases


def assert_close(
    got: Any, want: Any, *, rtol: float | None = None, atol: float | None = None, hint: str = "", name: str = ""
) -> None:
    """Fail unless :func:`compare` finds no difference. ``name`` says what ``got`` is, where a case compares several."""
    mismatch = compare(got, want, rtol=rtol, atol=atol)
    if mismatch is not None:
        named = replace(mismatch, where=" ".join(part for part in (translate(name), mismatch.where) if part))
        hint = both_hints(_diagnosis(got, want, rtol=rtol, atol=atol), hint)
        item = _wrong_item(got, want, rtol=rtol, atol=atol)
        raise CaseFailed(mismatch=named, hint=hint, got=got, item=item)


def _wrong_item(got: Any, want: Any, *, rtol: float | None, atol: float | None) -> int | None:
    """Return the number of the first item that differs, None where these are no lists of one length."""
    if not (isinstance(got, list | tuple) and isinstance(want, list | tuple) and len(got) == len(want)):
        return None
    pairs = enumerate(zip(got, want, strict=True))
    return next((i for i, pair in pairs if compare(*pair, rtol=rtol, atol=atol) is not None), None)


def assert_matches(
    function: Function,
    reference: Callable[..., Any],
    over: Iterable[tuple[Any, ...]],
    *,
    rtol: float | None = None,
    atol: float | None = None,
    hint: str = "",
) -> None:
    """Fail at the first tuple of arguments in ``over`` for which ``function`` and ``reference`` differ.

    Both are handed copies: the reference cannot see what the function did to its arguments, nor can the next call or
    the next submission, whose case may draw on the same constants. CaseError when ``over`` is empty or holds something
    that is not a tuple.
    """
    calls = list(over)
    if not calls or not all(isinstance(arguments, tuple) for arguments in calls):
        raise CaseError("assert_matches: give `over` at least one tuple of arguments, such as [(x, w), (x2, w2)].")
    gots = function.each([copied(arguments) for arguments in calls])
    for number, (got, arguments) in enumerate(zip(gots, calls, strict=True), start=1):
        want = reference(*copied(arguments))
        mismatch = compare(got, want, rtol=rtol, atol=atol)
        if mismatch is not None:
            draw = say("compare.draw", number=number, count=len(calls)) if len(calls) > 1 else ""
            where = ", ".join(part for part in (draw, mismatch.where) if part)
            why = _diagnosis(got, want, rtol=rtol, atol=atol, sizes=named_sizes(arguments))
            raise CaseFailed(mismatch=replace(mismatch, where=where), hint=both_hints(why, hint))


def assert_pure(function: Function, *args: Any, **kwargs: Any) -> Any:
    """Return the result of a call on copies; fail if it changed an argument or shares memory with one."""
    call = function.record(*copied(args), **copied(kwargs))
    changed = changed_in_place(call.changed)
    if changed is not None:
        raise CaseFailed(mismatch=changed, hint=say("hint.changed"))
    if call.aliases:
        got = say("effect.alias", argument=argument_name(call.aliases[0]))
        raise CaseFailed(mismatch=Mismatch("effect", got, say("effect.no-alias")), hint=say("hint.alias"))
    return call.result


def require(condition: object, problem: str, *, hint: str = "") -> None:
    """Fail with ``problem`` ("The loss rises.") unless ``condition`` holds; a literal sentence can be translated."""
    if not condition:
        raise CaseFailed(mismatch=Mismatch("property", got="", want=""), message=problem, hint=hint)


# --- comparison


@dataclass(frozen=True, slots=True)
class _Rule:
    """How exact a comparison is; with ``values`` False it stops after "all finite"."""

    rtol: float | None = None
    atol: float | None = None
    allow_half: bool = False
    values: bool = True


def compare(
    got: Any, want: Any, *, rtol: float | None = None, atol: float | None = None, allow_half: bool = False
) -> Mismatch | None:
    """Return the first difference between ``got`` and ``want``, None if there is none.

    Both are plain data: numbers, bool, str, None, arrays, tensors, and lists, tuples and dicts of these. A list may
    stand for a tuple, a number for a 0-d array, float32 for float64; a half precision for more only with
    ``allow_half``. An int may stand for a float if it is a plain Python int of equal value; a float never for an int,
    nor bool for either. Values are close when ``|got - want| <= atol + rtol * |want|`` everywhere; the defaults follow
    the coarser of the two dtypes, exact for integers and bool. Where ``want`` holds inf or nan, ``got`` must hold the
    same.

    CaseError when ``want`` is nothing that can be compared.
    """
    return _differ(got, want, _Rule(rtol, atol, allow_half), ())


def compare_form(got: Any, want: Any) -> Mismatch | None:
    """Like :func:`compare`, for type, shape, dtype and finiteness only; ``want`` shows the form."""
    return _differ(got, want, _Rule(values=False), ())


def _differ(got: Any, want: Any, rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    if isinstance(want, dict):
        return _differ_dict(got, want, rule, where)
    if isinstance(want, list | tuple):
        return _differ_sequence(got, want, rule, where)
    want, got = _without_axes(want), (got if is_tensor(want) or _has_axes(want) else _without_axes(got))
    if isinstance(want, str) or want is None or _is_bool(want):
        return _differ_exactly(got, want, rule, where)
    if _is_number(want):
        return _differ_number(got, want, rule, where)
    if isinstance(want, np.ndarray) or is_tensor(want):
        return _differ_array(got, want, rule, where)
    raise CaseError(f"A case compares with a value of type {type(want).__name__}; compare plain data, arrays, tensors.")


def _differ_dict(got: Any, want: dict[Any, Any], rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    if not isinstance(got, dict):
        return _found("type", type_name(got), type_name(want), where)
    if set(got) != set(want):
        return _found("shape", _keys(got), _keys(want), where)
    parts = (_differ(got[key], want[key], rule, (*where, say("compare.key", key=repr(key)))) for key in want)
    return next((part for part in parts if part is not None), None)


def _differ_sequence(got: Any, want: Sequence[Any], rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    if not isinstance(got, list | tuple):
        return _found("type", type_name(got), type_name(want), where)
    if len(got) != len(want):
        return _found("shape", say("compare.items", count=len(got)), say("compare.items", count=len(want)), where)
    if _are_floats(got) and _are_floats(want) and _differ_numeric(
        np.array(got), np.array(want), rule, where, names=("float", "float")
    ) is None:  # fmt: skip
        return None  # the usual case, in one go; item by item below, to name the first that differs
    pairs = enumerate(zip(got, want, strict=True))
    parts = (_differ(left, right, rule, (*where, say("compare.item", index=i))) for i, (left, right) in pairs)
    return next((part for part in parts if part is not None), None)


def _are_floats(items: Sequence[Any]) -> bool:
    return len(items) > 0 and set(map(type, items)) == {float}


def _differ_exactly(got: Any, want: Any, rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    same_type = _is_bool(got) if _is_bool(want) else isinstance(got, str) if isinstance(want, str) else got is None
    if not same_type:
        return _found("type", type_name(got), type_name(want), where)
    if rule.values and got != want:
        return _found("value", _text(got), _text(want), where)
    return None


def _differ_number(got: Any, want: Any, rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    if isinstance(got, np.ndarray):
        return _found("shape", str(got.shape), say("compare.number"), where)
    if not _is_number(got):
        return _found("type", type_name(got), type_name(want), where)
    if type(got) is int and type(want) is int:  # of any size: beyond 64 bits an array cannot hold them
        return _found("value", _text(got), _text(want), where) if rule.values and got != want else None
    if type(got) is int and _kind(np.asarray(want)) == "float":
        got = float(got) if abs(got) < 2**1000 else float("inf")
    return _differ_numeric(np.asarray(got), np.asarray(want), rule, where, names=(type_name(got), type_name(want)))


def _differ_array(got: Any, want: Any, rule: _Rule, where: tuple[str, ...]) -> Mismatch | None:
    alike = is_tensor(got) if is_tensor(want) else isinstance(got, np.ndarray)
    if not alike:
        return _found("type", type_name(got), type_name(want), where)
    if tuple(got.shape) != tuple(want.shape):
        return _found("shape", str(tuple(got.shape)), str(tuple(want.shape)), where)
    return _differ_numeric(as_array(got), as_array(want), rule, where, names=(_dtype_name(got), _dtype_name(want)))


def _differ_numeric(
    got: NDArray[Any], want: NDArray[Any], rule: _Rule, where: tuple[str, ...], *, names: tuple[str, str]
) -> Mismatch | None:
    """Compare two arrays of one shape: dtype kind, finite, values. ``names`` are their dtypes, to print."""
    if want.dtype.kind not in _KINDS:
        raise CaseError(f"A case compares with an array of dtype {want.dtype}; use numbers, bool or text.")
    too_coarse = names[0] in _HALF and names[1] not in _HALF and not rule.allow_half
    if _kind(got) != _kind(want) or too_coarse:
        return _found("dtype", *names, where)
    if got.dtype == want.dtype and bool((got == want).all()):
        return None
    with np.errstate(all="ignore"):
        ok = _same_special(got, want)
        kind = "non-finite"
        if ok.all() and rule.values:
            kind, ok = "value", _close(got, want, *_tolerances(rule, names, got, want))
    return None if ok.all() else _first_wrong(kind, got, want, ok, where)


def _same_special(got: NDArray[Any], want: NDArray[Any]) -> NDArray[np.bool_]:
    """Where is ``got`` finite if ``want`` is, and the same inf or nan if it is not?"""
    if got.dtype.kind not in "fc":
        return np.ones(got.shape, dtype=np.bool_)
    both_nan = np.isnan(got) & np.isnan(want)
    same: NDArray[np.bool_] = np.where(np.isfinite(want), np.isfinite(got), both_nan | (got == want))
    return same


def _close(got: NDArray[Any], want: NDArray[Any], rtol: float, atol: float) -> NDArray[np.bool_]:
    """Entrywise closeness; needs :func:`_same_special` to hold, so what is not finite is right already."""
    if got.dtype.kind == "U" or (rtol == 0 and atol == 0):
        equal: NDArray[np.bool_] = np.asarray(got == want)
        return equal if got.dtype.kind not in "fc" else equal | ~np.isfinite(want)
    wide = np.complex128 if got.dtype.kind == "c" else np.float64
    a, e = got.astype(wide), want.astype(wide)
    near: NDArray[np.bool_] = np.abs(a - e) <= atol + rtol * np.abs(e)
    return near | ~np.isfinite(e)


def _tolerances(rule: _Rule, names: tuple[str, str], got: NDArray[Any], want: NDArray[Any]) -> tuple[float, float]:
    exact = (0.0, 0.0)
    # a bfloat16 tensor has become a float32 array, so its own name is asked first
    left = _TOLERANCES.get(names[0]) or _TOLERANCES.get(got.dtype.name, exact)
    right = _TOLERANCES.get(names[1]) or _TOLERANCES.get(want.dtype.name, exact)
    rtol, atol = max(left, right)
    return (rtol if rule.rtol is None else rule.rtol), (atol if rule.atol is None else rule.atol)


def _first_wrong(
    kind: str, got: NDArray[Any], want: NDArray[Any], ok: NDArray[np.bool_], where: tuple[str, ...]
) -> Mismatch:
    index = tuple(int(i) for i in np.argwhere(~ok)[0]) if ok.ndim else ()
    return value_mismatch(kind, got, want, index, wrong=int(ok.size - np.count_nonzero(ok)), where=where)


def value_mismatch(
    kind: str,
    got: NDArray[Any],
    want: NDArray[Any],
    index: tuple[int, ...],
    *,
    wrong: int,
    where: tuple[str, ...] = (),
) -> Mismatch:
    """Describe the entry at ``index``, one of ``wrong`` wrong entries."""
    left, right = number_pair(got[index].item(), want[index].item())
    place = (*where, f"[{', '.join(map(str, index))}]") if index else where
    share = say("compare.share", wrong=wrong, size=got.size) if got.ndim else ""
    return Mismatch(kind, left, right, ", ".join(place), share)


def _found(kind: str, got: str, want: str, where: tuple[str, ...]) -> Mismatch:
    return Mismatch(kind, got, want, ", ".join(where))


# --- hints


def both_hints(diagnosed: str, written: str) -> str:
    """Return what the numbers say, then what the author of the case wrote."""
    return " ".join(part for part in (diagnosed, translate(written)) if part)


def _diagnosis(
    got: Any, want: Any, *, rtol: float | None, atol: float | None, sizes: dict[str, int] | None = None
) -> str:
    """Diagnose the first differing pair of arrays; "" if no arrays are involved."""
    pairs = list(_array_pairs(got, want))
    for i, (left, right) in enumerate(pairs):
        if compare(left, right, rtol=rtol, atol=atol) is not None:
            arrays = [(as_array(a), as_array(b)) for a, b in pairs]
            return diagnose(*arrays[i], others=arrays[:i] + arrays[i + 1 :], sizes=sizes)
    return ""


def _array_pairs(got: Any, want: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(want, dict) and isinstance(got, dict):
        for key in want.keys() & got.keys():
            yield from _array_pairs(got[key], want[key])
    elif isinstance(want, list | tuple) and isinstance(got, list | tuple):
        for left, right in zip(got, want, strict=False):
            yield from _array_pairs(left, right)
    elif _has_axes(want) and (is_tensor(got) if is_tensor(want) else isinstance(got, np.ndarray)):
        yield got, want


def changed_in_place(changed: Sequence[str]) -> Mismatch | None:
    """Return the finding that an argument was changed in place, None if none was."""
    if not changed:
        return None
    got = say("effect.changed", argument=argument_name(changed[0]))
    return Mismatch("effect", got, say("effect.unchanged"))


def argument_name(path: str) -> str:
    """Name an argument as a person counts: "0['W']" is argument 1['W']; keywords stay."""
    digits = len(path) - len(path.lstrip("0123456789"))
    return f"{int(path[:digits]) + 1}{path[digits:]}" if digits else path


# --- values


def is_tensor(value: object) -> bool:
    """Is this a torch tensor? Asked of the type, so that nothing of the value runs and torch need not be there."""
    kind = type(value)
    return kind.__module__.partition(".")[0] == "torch" and hasattr(kind, "detach")


def as_array(value: Any) -> NDArray[Any]:
    """Return a tensor, array or number as a numpy array; bfloat16, which numpy lacks, as float32."""
    if not is_tensor(value):
        return np.asarray(value)
    plain = value.detach().cpu().resolve_conj().resolve_neg()
    array: NDArray[Any] = (plain.float() if _dtype_name(value) == "bfloat16" else plain).numpy()
    return array


def copied(value: Any) -> Any:
    """Return ``value`` with every array and tensor in its lists, tuples and dicts copied; all else is shared."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if is_tensor(value):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if type(value) in (list, tuple):
        return type(value)(copied(item) for item in value)
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    return value


def type_name(value: object) -> str:
    """Name a value's type as a student would."""
    if is_tensor(value):
        return say("type.tensor")
    if isinstance(value, np.ndarray):
        return say("type.array")
    in_words = getattr(type(value), "_autograder_in_words", None)  # a handle of the submission's object says it itself
    if in_words is not None:
        return str(in_words(value))
    if value is None:
        return "None"
    if _is_bool(value):
        return "bool"
    return type(value).__name__


def number_pair(got: Any, want: Any) -> tuple[str, str]:
    """Print two numbers with 6 significant digits, or as many as it takes to tell them apart."""
    if not all(isinstance(value, float | complex) for value in (got, want)):
        return _text(got), _text(want)
    for digits in range(6, 18):
        texts = f"{got:.{digits}g}", f"{want:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def _without_axes(value: Any) -> Any:
    """Return a 0-d array as the number that it holds."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _has_axes(value: object) -> bool:
    return is_tensor(value) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool | np.bool_)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | complex | np.number) and not _is_bool(value)


def _kind(array: NDArray[Any]) -> str:
    return _KINDS.get(array.dtype.kind) or str(array.dtype.name)


def _dtype_name(value: Any) -> str:
    return _name_of_dtype(value.dtype)


@functools.cache
def _name_of_dtype(dtype: Any) -> str:
    """Return "float64" for a dtype of numpy or torch; numpy takes microseconds to write it."""
    return str(dtype).removeprefix("torch.")


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
