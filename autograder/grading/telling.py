"""How much a run of a case tells about the mistake in it.

Many mistakes give the same answer where there are few: one of two names, a grid of -1, a half. That a submission
answers like a known mistake there is chance. It is none where several digits agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..model import Outcome, Verdict
from ..student.call import RecordedCall
from ..values import as_array, is_array, leaves
from .sealed_hints import ADDRESS, end_of

ENOUGH_DIGITS = 2
MOST_DIGITS = 6  # of one number
BY_VALUE = ("value", "property")  # the kinds of differences that say nothing of themselves
LONG = 8  # entries of an array whose pattern alone tells enough, though it has two values only


def tells_enough(outcome: Outcome, calls: Sequence[RecordedCall], right: Sequence[RecordedCall] = ()) -> bool:
    """Return whether a mistake can be recognised by a failed case: by how it failed, or by the digits of its numbers.

    ``right`` are the calls of the solution in the same case; numbers that are the same there tell nothing.
    """
    if outcome.verdict is Verdict.ERRORED:
        text = end_of(outcome).partition(": ")[2]
        if text and ADDRESS not in text:  # KeyError: <Node object at 0x> tells little
            return True
    elif outcome.mismatch is not None and outcome.mismatch.kind not in BY_VALUE:
        return True
    found: set[float] = set()
    for number, call in enumerate(calls):
        ours = list(_arrays(call))
        theirs = list(_arrays(right[number])) if number < len(right) else []
        for place, got in enumerate(ours):
            want = theirs[place] if place < len(theirs) else None
            wrong = _wrong(got, want)
            if got.size >= LONG and wrong.any() and not (got == got.flat[0]).all():
                return True
            found |= {float(f"{abs(value):.{MOST_DIGITS}g}") for value in got[wrong].astype(float)[:LONG]}
        if sum(map(_digits, found)) >= ENOUGH_DIGITS:
            return True
    return False


def _arrays(call: RecordedCall) -> Iterator[NDArray[Any]]:
    """Yield the numbers that a call returned or left in arguments that it changed, each leaf as an array."""
    for leaf in leaves([call.result, call.after]):
        if is_array(leaf) or (isinstance(leaf, int | float | np.number) and not isinstance(leaf, bool)):
            array = as_array(leaf)
            if array.dtype.kind in "iuf":
                yield array


def _wrong(got: NDArray[Any], want: NDArray[Any] | None) -> NDArray[np.bool_]:
    if want is None or want.shape != got.shape:
        return np.ones(got.shape, dtype=bool)
    close: NDArray[np.bool_] = np.isclose(got.astype(float), want.astype(float), rtol=1e-6, atol=1e-9, equal_nan=True)
    return ~close


def _digits(value: float) -> int:
    """Return how many digits a number has that nobody writes by chance: none for 0, 1, 10, all for nan and inf."""
    if not np.isfinite(value):
        return MOST_DIGITS
    digits = f"{value:.{MOST_DIGITS - 1}e}".partition("e")[0].replace(".", "").rstrip("0")
    return 0 if digits in ("", "1") else len(digits)
