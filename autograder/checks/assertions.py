"""The assertions of a case: compare values, compare with a reference, require purity, require a property.

Each raises :class:`CaseFailed`, which holds the first difference and the sentences for the student.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, Protocol

import numpy as np

from ..errors import CaseError, CaseMisuse
from ..messages import say, translate
from ..model import Mismatch
from ..values import as_array, copied
from .compare import compare, has_axes, not_finite, same_array_type
from .diagnosis import diagnose, named_sizes
from .forms import diagnose_type, is_permuted

CREDIT_IF_CHANGED = 0.75  # of the points, where the results are right but an argument was changed in place
Differ = Callable[[Any, Any], Mismatch | None]


class CaseFailed(AssertionError):
    """A check did not hold. Every function for case authors raises this, with what the student will read.

    Args:
        mismatch: the first difference.
        message: a sentence about the whole case.
        hint: a sentence about the likely mistake.
        credit: share of the case's points, in [0, 1], that the answer still deserves.
        got: the value that was compared; it tells which call returned it.
        want: the value that ``got`` was compared with; None if there is no single one.
        item: index of the wrong item, if ``got`` is a list of results.
        breaks_off: whether ``got`` is a list whose first numbers are right and all others wrong.
        staff: for staff only: what an author may do about it.

    The message and the hint contain no value that the submission made: students read both of a hidden case, too. Values
    belong in the mismatch.

    A message or hint that an author wrote is translated into the current language if the assignment has it in that
    language.
    """

    def __init__(
        self,
        *,
        mismatch: Mismatch | None = None,
        message: str = "",
        hint: str = "",
        credit: float = 0.0,
        got: Any = None,
        want: Any = None,
        item: int | None = None,
        breaks_off: bool = False,
        staff: str = "",
    ) -> None:
        self.mismatch = mismatch
        self.message = translate(message)
        self.hint = translate(hint)
        super().__init__(self.message)
        self.credit = credit
        self.got = got
        self.want = want
        self.item = item
        self.breaks_off = breaks_off
        self.staff = staff

    def __str__(self) -> str:
        first = self.mismatch
        difference = f"{first.kind}: got {first.got}, want {first.want} {first.where}".strip() if first else ""
        return "\n".join(part for part in (self.message, difference, self.hint) if part)


class CallLike(Protocol):
    """A finished call: its result, and what it did to its arguments, which are named as a student knows them.

    ``effects`` are the arguments that it changed in place and may not change, ``shared`` those whose memory the result
    shares.
    """

    @property
    def result(self) -> Any: ...
    @property
    def effects(self) -> tuple[str, ...]: ...
    @property
    def shared(self) -> tuple[str, ...]: ...


class Function(Protocol):
    """A function under test. ``each`` and ``record_each`` make many calls in order and raise at the first failure."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def each(self, arguments: Sequence[tuple[Any, ...]], /) -> Iterator[Any]: ...
    def record(self, *args: Any, **kwargs: Any) -> CallLike: ...
    def record_each(self, arguments: Sequence[tuple[Any, ...]], /) -> Iterator[CallLike]: ...


def check_is_students(function: object, where: str) -> None:
    """Refuse a function of the case in the place of one of the submission.

    Raises:
        CaseMisuse: it is a plain function. No attribute of a submission is one.
    """
    if isinstance(function, FunctionType | BuiltinFunctionType | MethodType | partial):
        name = getattr(function, "__name__", "it")
        raise CaseMisuse(
            f"{where}: {name} is a function of the case; give one of the submission, such as student.f. "
            "To combine several, use inside(student, function), or with_cache for backward(dout, cache)."
        )


# --- assertions


def assert_close(
    got: Any,
    want: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    nan: bool = False,
    inf: bool = False,
    hint: str = "",
    name: str = "",
    labels: Sequence[object] = (),
) -> None:
    """Fail unless ``got`` equals ``want`` within tolerance, as :func:`~autograder.checks.compare.compare` defines it.

    Args:
        got, want: plain data: numbers, bool, str, None, arrays, tensors, and lists, tuples and dicts of these.
        rtol, atol: relative and absolute tolerance; by default those of the coarser of the two dtypes.
        nan, inf: whether ``want`` may contain nan, or inf and -inf. Otherwise these fail, whatever ``got`` is, because
            a submission could have made both.
        hint: shown after what the numbers themselves suggest, if values differ.
        name: what ``got`` is, where a case compares several values: ``name="costs"`` is shown as ``costs[3]``.
        labels: what stands for each item of a list in a name such as ``"cost of epoch {}"``.

    Raises:
        CaseFailed: with the first difference, of kind type, shape, dtype, non-finite or value.
        CaseError: ``want`` is not plain data.
    """
    differ = partial(compare, rtol=rtol, atol=atol, nan=nan, inf=inf)
    mismatch = differ(got, want)
    if mismatch is not None:
        item = _wrong_item(got, want, differ)
        where = _place(translate(name), mismatch.where, item, labels)
        hint = join_hints(_diagnosis(got, want, differ), hint, mismatch)
        failed = _failed(replace(mismatch, where=where), hint, not_finite(want, nan=nan, inf=inf))
        failed.got, failed.want, failed.item = got, want, item
        failed.breaks_off = _breaks_off(got, want, differ)
        raise failed


def _place(name: str, where: str, item: int | None, labels: Sequence[object]) -> str:
    """Return the place of a difference: ``costs[3]``, ``the new w [0, 1]``, or with a label ``cost of epoch 375``."""
    if labels:
        if item is None:
            return where
        return name.format(labels[item]) + where.removeprefix(f"[{item}]")
    return f"{name}{where}" if name.isidentifier() else " ".join(part for part in (name, where) if part)


def _failed(mismatch: Mismatch, hint: str, unwanted: str) -> CaseFailed:
    """Return the failure for a mismatch; ``unwanted`` is "nan" or "inf" if the wanted value contains it and may not."""
    if not unwanted or mismatch.kind != "non-finite":
        return CaseFailed(mismatch=mismatch, hint=hint)
    message = say("compare.wanted", what=unwanted)
    staff = f"The wanted value contains {unwanted}. If the case means that, write {unwanted}=True."
    return CaseFailed(mismatch=mismatch, hint=hint, message=message, staff=staff)


def _wrong_item(got: Any, want: Any, differ: Differ) -> int | None:
    """Return the index of the first item that differs; None unless both are lists or tuples of one length."""
    if not (isinstance(got, list | tuple) and isinstance(want, list | tuple) and len(got) == len(want)):
        return None
    pairs = enumerate(zip(got, want, strict=True))
    return next((i for i, pair in pairs if differ(*pair) is not None), None)


def _breaks_off(got: Any, want: Any, differ: Differ) -> bool:
    """Return whether two lists of numbers agree in at least two numbers, and in none of at least two behind them."""
    if not (_are_floats(got) and _are_floats(want) and len(got) == len(want)):
        return False
    right = [differ(*pair) is None for pair in zip(got, want, strict=True)]
    first = right.index(False) if False in right else len(right)
    return 2 <= first <= len(right) - 2 and not any(right[first:])


def assert_matches(
    function: Function,
    reference: Callable[..., Any],
    over: Iterable[tuple[Any, ...]],
    *,
    rtol: float | None = None,
    atol: float | None = None,
    nan: bool = False,
    inf: bool = False,
    hint: str = "",
) -> None:
    """Fail at the first tuple of arguments for which ``function`` and ``reference`` return different values.

    Both get copies of the arguments. So the reference does not see what the function did to them, and neither does the
    next call or the next submission, whose case may use the same constants.

    Args:
        function: a function of the submission.
        reference: the right function, on the trusted side.
        over: at least one tuple of arguments.
        rtol, atol, nan, inf, hint: as for :func:`assert_close`.

    Raises:
        CaseFailed: with the first difference and the number of the call.
        CaseError: ``over`` is empty or contains something other than a tuple; or ``function`` is one of the case.
    """
    check_is_students(function, "assert_matches")
    calls = list(over)
    if not calls or not all(isinstance(arguments, tuple) for arguments in calls):
        raise CaseError("assert_matches: give `over` at least one tuple of arguments, such as [(x, w), (x2, w2)].")
    differ = partial(compare, rtol=rtol, atol=atol, nan=nan, inf=inf)
    results = function.each([copied(arguments) for arguments in calls])
    right: list[Any] = []
    for number, (got, arguments) in enumerate(zip(results, calls, strict=True), start=1):
        want = reference(*copied(arguments))
        mismatch = differ(got, want)
        if mismatch is not None:
            draw = say("compare.draw", number=number, count=len(calls)) if len(calls) > 1 else ""
            where = ", ".join(part for part in (draw, mismatch.where) if part)
            diagnosed = _diagnosis(got, want, differ, sizes=named_sizes(arguments), right=right)
            hint = join_hints(diagnosed, hint, mismatch)
            failed = _failed(replace(mismatch, where=where), hint, not_finite(want, nan=nan, inf=inf))
            failed.got, failed.want = got, want
            raise failed
        right.append(want)


def assert_pure(function: Function, *args: Any, **kwargs: Any) -> Any:
    """Return the result of a call on copies of the arguments.

    Raises:
        CaseFailed: kind effect; the call changed an argument in place, or its result shares memory with one.
        CaseError: ``function`` is one of the case.
    """
    check_is_students(function, "assert_pure")
    call = function.record(*copied(args), **copied(kwargs))
    changed = changed_in_place(call.effects)
    if changed is not None:
        raise CaseFailed(mismatch=changed, hint=say("hint.changed"))
    if call.shared:
        got = say("effect.alias", argument=call.shared[0])
        raise CaseFailed(mismatch=Mismatch("effect", got, say("effect.no-alias")), hint=say("hint.alias"))
    return call.result


def require(condition: object, problem: str, *, hint: str = "") -> None:
    """Fail with the sentence ``problem`` ("The loss rises.") unless ``condition`` is true.

    A literal sentence can be translated by the assignment.

    Raises:
        CaseFailed: kind property.
    """
    if not condition:
        raise CaseFailed(mismatch=Mismatch("property", got="", want=""), message=problem, hint=hint)


def assert_falls(values: Any, *, name: str) -> None:
    """Fail unless each number is smaller than the one before.

    Args:
        values: a list or an array of numbers, such as the losses of a training.
        name: what they are; ``name="losses"`` is shown as ``losses[3]``.

    Raises:
        CaseFailed: kind property, with the first number that is not smaller, and how many are not.
    """
    numbers = np.asarray(values, dtype=np.float64)
    rises = np.flatnonzero(~(numbers[1:] < numbers[:-1]))
    if rises.size:
        got = say("falls.not", wrong=int(rises.size), steps=len(numbers) - 1)
        where = _place(translate(name), f"[{int(rises[0]) + 1}]", None, ())
        hint = say("hint.constant") if len(numbers) > 2 and (numbers == numbers[0]).all() else ""
        raise CaseFailed(mismatch=Mismatch("property", got, say("falls.every"), where), got=values, hint=hint)


# --- effects on arguments


def changed_in_place(changed: Sequence[str]) -> Mismatch | None:
    """Return the mismatch for the first argument that was changed in place, None if there is none."""
    if not changed:
        return None
    got = say("effect.changed", argument=changed[0])
    return Mismatch("effect", got, say("effect.unchanged"))


def changed_only(changed: Sequence[str]) -> CaseFailed:
    """Return the failure of a case whose results are right, but in which arguments were changed in place."""
    message = say("effect.only", percent=f"{100 * (1 - CREDIT_IF_CHANGED):g}")
    mismatch = changed_in_place(changed)
    return CaseFailed(mismatch=mismatch, message=message, hint=say("hint.changed"), credit=CREDIT_IF_CHANGED)


# --- hints

# The differences that an author's hint explains. What raises, or has another type or shape, is wrong in another way.
EXPLAINED = frozenset({"value", "non-finite", "property"})


def is_explained(mismatch: Mismatch | None) -> bool:
    """Return whether the hint that an author wrote for a case may speak of this difference."""
    return mismatch is None or mismatch.kind in EXPLAINED


def join_hints(diagnosed: str, written: str, mismatch: Mismatch | None) -> str:
    """Return what the numbers suggest, followed by what the author of the case wrote if it fits the difference."""
    written = translate(written) if is_explained(mismatch) else ""
    return " ".join(part for part in (diagnosed, written) if part)


def _diagnosis(
    got: Any, want: Any, differ: Differ, *, sizes: dict[str, int] | None = None, right: Sequence[Any] = ()
) -> str:
    """Diagnose the first value that differs. ``right`` are results of earlier calls."""
    if isinstance(got, tuple) and isinstance(want, tuple) and is_permuted(got, want):
        return say("hint.swapped")
    pairs = list(_pairs(got, want))
    for i, (left, other) in enumerate(pairs):
        if differ(left, other) is None:
            continue
        if not _are_numeric(left, other):
            return diagnose_type(left, other)
        arrays = {k: (as_array(a), as_array(b)) for k, (a, b) in enumerate(pairs) if _are_numeric(a, b)}
        others = [pair for k, pair in arrays.items() if k != i]
        earlier = [as_array(part) for result in right for part, _ in _pairs(result, result) if _are_numeric(part, part)]
        return diagnose(*arrays[i], others=others, right=earlier, sizes=sizes)
    return ""


def _pairs(got: Any, want: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the values that are compared with each other; a list of numbers is compared as an array."""
    if isinstance(want, dict) and isinstance(got, dict):
        for key in (key for key in want if key in got):
            yield from _pairs(got[key], want[key])
    elif _are_floats(want) and _are_floats(got):
        yield (np.array(got), np.array(want)) if len(got) == len(want) else (got, want)
    elif isinstance(want, list | tuple) and isinstance(got, list | tuple):
        for left, right in zip(got, want, strict=False):
            yield from _pairs(left, right)
    else:
        yield got, want


def _are_floats(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0 and all(isinstance(item, float) for item in value)


def _are_numeric(got: Any, want: Any) -> bool:
    """Return whether both are arrays of one kind, or both are floats."""
    if has_axes(want):
        return same_array_type(got, want)
    return isinstance(got, float) and isinstance(want, float)
