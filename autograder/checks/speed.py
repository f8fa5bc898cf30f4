"""Measure how many times as fast as a rival a function of the submission is, in one process.

A ratio is the same on another machine, seconds are not. No time that the worker reports is used: the kernel counts its
CPU time, threads included, and the trusted side reads it before and after. Every call has other arguments, so that a
cached answer is a wrong one. The submission could still slow down the rival, which runs in the same process; so the
rival also runs here, and its time counts at most twice what it took here.
"""

from __future__ import annotations

import time
from collections.abc import MutableMapping, Sequence
from types import FunctionType
from typing import Any, Protocol

from ..errors import CaseError
from ..values import copied

_MAX_SLOWDOWN = 2.0  # of the rival in the worker, relative to here: the machine may be busy
_RUNS_HERE = 3  # of the rival: the first also fills the caches, and one that is interrupted takes longer
_MIN_CALL_S = 1e-6  # on a system that counts no CPU time, the ratio stays finite


class Racing(Protocol):
    """A function under test that can be timed against another one in its worker."""

    @property
    def prepared(self) -> MutableMapping[Any, Any]: ...
    def raced(
        self, rival: Any, over: Sequence[tuple[Any, ...]], against: tuple[Any, ...], /
    ) -> tuple[list[Any], float, float]: ...


def speed_ratio(function: Racing, rival: FunctionType, over: Sequence[tuple[Any, ...]]) -> tuple[list[Any], float]:
    """Return the results of all calls, and the CPU time of one call of the rival divided by that of the function.

    Args:
        function: of the submission; called with each of ``over``. The first call is not timed.
        rival: a plain ``def`` of the case that uses only ``np`` and its arguments, as for ``inside``. It runs with the
            first of ``over``, once in the worker and three times here; here only once in a whole grading run.
        over: two or more tuples of arguments that cost the same and are not equal. The fastest call counts, with the
            transfer of its arguments and its result. Ten give a stable ratio.

    Compare the results too: a wrong answer has no speed.

    Raises:
        CaseError: ``over`` has fewer than two tuples.
    """
    if len(over) < 2:
        raise CaseError("speed_ratio: give `over` two or more tuples of arguments; the first call is not timed.")
    prepared, key = function.prepared, ("rival", rival.__code__)
    if key not in prepared:
        prepared[key] = min(_cpu_s(rival, over[0]) for _ in range(_RUNS_HERE))
    results, function_s, rival_s = function.raced(rival, [copied(each) for each in over], copied(over[0]))
    return results, min(rival_s, _MAX_SLOWDOWN * prepared[key]) / max(function_s, _MIN_CALL_S)


def _cpu_s(rival: FunctionType, arguments: tuple[Any, ...]) -> float:
    arguments = copied(arguments)
    started = time.thread_time()
    rival(*arguments)
    return time.thread_time() - started
