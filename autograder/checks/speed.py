"""How many times as fast as a rival is a function of the submission, timed in one process?

A ratio travels from one machine to another, seconds do not. What is timed inside the worker is evidence, not proof: the
student's code runs beside the clock. So the kernel's count of the worker's CPU time is held against it, values are
compared on the trusted side, and only a modest ratio should be worth points. What a liar gains all the same stands in
docs/explanation/security.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

from autograder.checks.compare import CaseFailed
from autograder.messages import say
from autograder.model import Mismatch

_UNSEEN = (0.25, 0.1)  # share of the kernel's count, and seconds, that need not be seen by the worker's own clock


class Racing(Protocol):
    """A function under test that can race against another one of its worker."""

    def raced(self, rival: Any, args: tuple[Any, ...], rounds: int, /) -> tuple[Any, tuple[float, ...]]: ...


def speed_ratio(
    function: Racing, rival: Callable[..., Any], args: tuple[Any, ...], *, rounds: int = 2
) -> tuple[Any, float]:
    """Return the result of a call, and the CPU time of the rival divided by that of the function.

    Args:
        function: of the submission.
        rival: ``inside(student, slow)``: what it is compared with, called with the same arguments in the same process.
        args: of both.
        rounds: in each, the rival runs once and the function up to five times; the fastest run of each counts.

    Raises:
        CaseFailed: kind property, if the worker used far more CPU time than it says, or times that are none.
    """
    result, seconds = function.raced(rival, args, rounds)
    mine, other, together, counted = seconds
    sound = all(math.isfinite(each) and each > 0 for each in (mine, other, together))
    if not sound or counted - together > _UNSEEN[0] * counted + _UNSEEN[1]:
        raise CaseFailed(message=say("speed.clock"), mismatch=Mismatch("property", got="", want=""))
    return result, other / mine
