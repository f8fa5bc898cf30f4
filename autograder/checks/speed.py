"""How many times as fast as a rival is a function of the submission, in one process?

A ratio travels from one machine to another, seconds do not. Nothing that the worker says of time is believed: the
kernel counts its CPU time, threads included, and the trusted side asks before and after. Every call has arguments of
its own, so that a remembered answer is a wrong one. What the submission can still do is slow the rival down, which runs
beside it; therefore the rival also runs here, and counts for at most twice what it took here.
"""

from __future__ import annotations

import time
from collections.abc import MutableMapping, Sequence
from types import FunctionType
from typing import Any, Protocol

from ..errors import CaseError
from ..values import copied

_SLOWER = 2.0  # than here may the rival be in the worker, on a busy machine
_LEAST_S = 1e-6  # on a system that does not say, nobody is infinitely fast


class Racing(Protocol):
    """A function under test that can race against another one in its worker."""

    @property
    def prepared(self) -> MutableMapping[Any, Any]: ...
    def raced(
        self, rival: Any, over: Sequence[tuple[Any, ...]], against: tuple[Any, ...], /
    ) -> tuple[list[Any], float, float]: ...


def speed_ratio(function: Racing, rival: FunctionType, over: Sequence[tuple[Any, ...]]) -> tuple[list[Any], float]:
    """Return the results of all calls, and the CPU time of one call of the rival divided by that of the function.

    Args:
        function: of the submission; called with each of ``over``, the first time out of competition.
        rival: a plain ``def`` of the case that uses nothing but ``np`` and its arguments, as for ``inside``. It runs
            once in the worker, and once in a grading run here, with the first of ``over``.
        over: two or more tuples of arguments that cost the same and are not equal; the fastest call counts, with the
            way of its arguments and its result. Ten give a steady ratio.

    Compare the results: only what is right has a speed. Raises CaseError for fewer than two tuples.
    """
    if len(over) < 2:
        raise CaseError("speed_ratio: give `over` two or more tuples of arguments; the first call is not timed.")
    prepared, key = function.prepared, ("rival", rival.__code__)
    if key not in prepared:
        started = time.thread_time()
        rival(*copied(over[0]))
        prepared[key] = time.thread_time() - started
    results, mine, other = function.raced(rival, [copied(each) for each in over], copied(over[0]))
    return results, min(other, _SLOWER * prepared[key]) / max(mine, _LEAST_S)
