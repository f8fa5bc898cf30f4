"""The assertions of a case: compare values, compare with a reference, require purity, require a property.

Each raises :class:`CaseFailed`, which holds the first difference and the sentences for the student.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from ..errors import CaseError
from ..messages import say, translate
from ..model import Mismatch
from ..values import as_array, copied
from .compare import compare, has_axes, not_finite, same_array_type
from .diagnosis import diagnose, named_sizes

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
        item: index of the wrong item, if ``got`` is a list of results.
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
        item: int | None = None,
        staff: str = "",
    ) -> None:
        self.mismatch = mismatch
        self.message = translate(message)
        self.hint = translate(hint)
        super().__init__(self.message)
        self.credit = credit
        self.got = got
        self.item = item
        self.staff = staff

    def __str__(self) -> str:
        first = self.mismatch
        difference = f"{first.kind}: got {first.got}, want {first.want} {first.where}".strip() if first else ""
        return "\n".join(part for part in (self.message, difference, self.hint) if part)


class CallLike(Protocol):
    """A finished call: its result, the arguments that it changed in place, and those that share memory with the result.

    Arguments are named by position ("0", "1['W']") or by keyword ("lr").
    """

    @property
    def result(self) -> Any: ...
    @property
    def changed(self) -> tuple[str, ...]: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


class Function(Protocol):
    """A function under test. ``each`` and ``record_each`` make many calls in order and raise at the first failure."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def each(self, arguments: Sequence[tuple[Any, ...]], /) -> Iterator[Any]: ...
    def record(self, *args: Any, **kwargs: Any) -> CallLike: ...
    def record_each(self, arguments: Sequence[tuple[Any, ...]], /) -> Iterator[CallLike]: ...


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
) -> None:
    """Fail unless ``got`` equals ``want`` within tolerance, as :func:`~autograder.checks.compare.compare` defines it.

    Args:
        got, want: plain data: numbers, bool, str, None, arrays, tensors, and lists, tuples and dicts of these.
        rtol, atol: relative and absolute tolerance; by default those of the coarser of the two dtypes.
        nan, inf: whether ``want`` may contain nan, or inf and -inf. Otherwise these fail, whatever ``got`` is, because
            a submission could have made both.
        hint: shown after what the numbers themselves suggest.
        name: what ``got`` is, where a case compares several values.

    Raises:
        CaseFailed: with the first difference, of kind type, shape, dtype, non-finite or value.
        CaseError: ``want`` is not plain data.
    """
    differ = partial(compare, rtol=rtol, atol=atol, nan=nan, inf=inf)
    mismatch = differ(got, want)
    if mismatch is not None:
        where = " ".join(part for part in (translate(name), mismatch.where) if part)
        hint = join_hints(_diagnosis(got, want, differ), hint)
        failed = _failed(replace(mismatch, where=where), hint, not_finite(want, nan=nan, inf=inf))
        failed.got, failed.item = got, _wrong_item(got, want, differ)
        raise failed


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
        CaseError: ``over`` is empty or contains something other than a tuple.
    """
    calls = list(over)
    if not calls or not all(isinstance(arguments, tuple) for arguments in calls):
        raise CaseError("assert_matches: give `over` at least one tuple of arguments, such as [(x, w), (x2, w2)].")
    differ = partial(compare, rtol=rtol, atol=atol, nan=nan, inf=inf)
    results = function.each([copied(arguments) for arguments in calls])
    for number, (got, arguments) in enumerate(zip(results, calls, strict=True), start=1):
        want = reference(*copied(arguments))
        mismatch = differ(got, want)
        if mismatch is not None:
            draw = say("compare.draw", number=number, count=len(calls)) if len(calls) > 1 else ""
            where = ", ".join(part for part in (draw, mismatch.where) if part)
            hint = join_hints(_diagnosis(got, want, differ, sizes=named_sizes(arguments)), hint)
            raise _failed(replace(mismatch, where=where), hint, not_finite(want, nan=nan, inf=inf))


def assert_pure(function: Function, *args: Any, **kwargs: Any) -> Any:
    """Return the result of a call on copies of the arguments.

    Raises:
        CaseFailed: kind effect; the call changed an argument in place, or its result shares memory with one.
    """
    call = function.record(*copied(args), **copied(kwargs))
    changed = changed_in_place(call.changed)
    if changed is not None:
        raise CaseFailed(mismatch=changed, hint=say("hint.changed"))
    if call.aliases:
        got = say("effect.alias", argument=argument_name(call.aliases[0]))
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


# --- effects on arguments


def changed_in_place(changed: Sequence[str]) -> Mismatch | None:
    """Return the mismatch for the first argument that was changed in place, None if there is none."""
    if not changed:
        return None
    got = say("effect.changed", argument=argument_name(changed[0]))
    return Mismatch("effect", got, say("effect.unchanged"))


def changed_only(changed: Sequence[str]) -> CaseFailed:
    """Return the failure of a case whose results are right, but in which arguments were changed in place."""
    message = say("effect.only", percent=f"{100 * (1 - CREDIT_IF_CHANGED):g}")
    mismatch = changed_in_place(changed)
    return CaseFailed(mismatch=mismatch, message=message, hint=say("hint.changed"), credit=CREDIT_IF_CHANGED)


def argument_name(path: str) -> str:
    """Count an argument from 1, as people do: "0['W']" becomes "1['W']"; a keyword stays."""
    digits = len(path) - len(path.lstrip("0123456789"))
    return f"{int(path[:digits]) + 1}{path[digits:]}" if digits else path


# --- hints


def join_hints(diagnosed: str, written: str) -> str:
    """Return what the numbers suggest, followed by what the author of the case wrote."""
    return " ".join(part for part in (diagnosed, translate(written)) if part)


def _diagnosis(got: Any, want: Any, differ: Differ, *, sizes: dict[str, int] | None = None) -> str:
    """Diagnose the first pair of arrays that differs; "" if no array differs."""
    pairs = list(_array_pairs(got, want))
    for i, (left, right) in enumerate(pairs):
        if differ(left, right) is not None:
            arrays = [(as_array(a), as_array(b)) for a, b in pairs]
            return diagnose(*arrays[i], others=arrays[:i] + arrays[i + 1 :], sizes=sizes)
    return ""


def _array_pairs(got: Any, want: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(want, dict) and isinstance(got, dict):
        for key in (key for key in want if key in got):
            yield from _array_pairs(got[key], want[key])
    elif isinstance(want, list | tuple) and isinstance(got, list | tuple):
        for left, right in zip(got, want, strict=False):
            yield from _array_pairs(left, right)
    elif has_axes(want) and same_array_type(got, want):
        yield got, want
