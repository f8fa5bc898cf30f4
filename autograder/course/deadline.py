"""Deadlines for what the grader itself computes from an upload, should that take time with the square of its size."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from ..errors import SubmissionRejected
from ..messages import say

OPEN_S = 10.0  # of CPU time, so that a busy machine refuses nobody; the largest uploads take 1 to 2 seconds


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Refuse a submission whose reading takes more than ``OPEN_S``.

    Raises:
        SubmissionRejected: the time is over.
    """
    with cpu_limit(OPEN_S, lambda: SubmissionRejected(say("submission.slow"))):
        yield


@contextlib.contextmanager
def cpu_limit(seconds: float, error: Callable[[], BaseException]) -> Iterator[None]:
    """Raise ``error()`` as soon as this process has used ``seconds`` of CPU time.

    A signal ends Python code and regular expressions, but no other call into compiled code: Python's parsers of
    programs and of JSON, whose texts have limits of their own. Other threads and Windows have no deadline.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        raise error()

    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
