"""Which functions of a submission took too long or too much memory before, so that nobody waits for them again."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..model import Verdict
from .call import HELPER
from .faults import StudentFault

MAX_FAILURES = 2  # of a function that never returned; it is not called again
MAX_RELAPSES = 3  # of a function that sometimes returns: then calls have less time, and no more memory is filled
MIN_CALL_S = 0.1  # the shortest limit of a call: no call that is awaited for less can hold up a class
MAX_CALL_RATIO = 10.0  # a call may then take this many times the CPU time of the solution in the whole case,
MAX_LONG_RATIO = 3.0  # and of a training this many times, and a second more: nobody waits for a tenfold minute;
MAX_CALL_SHARE = 0.1  # where nobody knows that, this share of the usual limit


class TrackRecord:
    """What the functions of one submission did so far, in all its workers.

    A function that took too long in two cases, or too much memory, and never returned, is not called again; nor is one
    that returned sometimes and took too much memory in three. After two functions took too long, or one of them again
    and again, all calls have a short limit. One call that takes too long changes nothing: an answer that is too slow
    for its largest input loses that case only.

    The record of a submission is kept; that of a solution or of a known mistake is not, because its cases run in any
    order.
    """

    def __init__(self, *, is_kept: bool = True) -> None:
        self._is_kept = is_kept
        self._returned: set[str] = set()
        self._failures: dict[Verdict, Counter[str]] = {Verdict.TIMED_OUT: Counter(), Verdict.OUT_OF_MEMORY: Counter()}

    @property
    def is_short(self) -> bool:
        """Whether calls have a short limit."""
        slow = self._failures[Verdict.TIMED_OUT]
        return len(slow) > 1 or any(
            times >= (MAX_RELAPSES if function in self._returned else MAX_FAILURES) for function, times in slow.items()
        )

    def limit_s(self, usual_s: float, solution_s: float | None) -> float:
        """Return the limit of a call now. ``solution_s`` is the CPU time of the solution in the case; None: unknown."""
        if not self.is_short:
            return usual_s
        if solution_s is None:
            known = MAX_CALL_SHARE * usual_s
        else:
            known = min(MAX_CALL_RATIO * solution_s, MAX_LONG_RATIO * solution_s + 1.0)
        return min(usual_s, max(MIN_CALL_S, known))

    def refusal(self, function: str) -> Verdict | None:
        """Return the verdict of earlier cases on a function that is not called again; None if it may be called."""
        if function == HELPER or function.startswith("recipes."):
            return None  # other code runs under these names in every case
        if function in self._returned:  # a short limit makes waiting cheap, but nothing makes filling the memory cheap
            out = Verdict.OUT_OF_MEMORY
            return out if self._failures[out][function] >= MAX_RELAPSES else None
        found = (verdict for verdict, times in self._failures.items() if times[function] >= MAX_FAILURES)
        return next(found, None)

    def returned(self, *functions: str) -> None:
        """Note that calls returned, or raised."""
        self._returned.update(functions)

    def ended(self, function: str, finished: Any) -> None:
        """Note how a call ended: with a value, an exception, or a verdict that loses the worker."""
        if not isinstance(finished, StudentFault):
            self.returned(function)
        elif self._is_kept and finished.verdict in self._failures and not finished.again and not finished.starved:
            self._failures[finished.verdict][function] += 1
