"""Deadlines for what the grader itself computes from an upload, should that take time with the square of its size."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

from ..errors import SubmissionRejected
from ..messages import say

OPEN_S = 10.0  # of CPU time, so that a busy machine refuses nobody; the largest uploads take 1 to 2 seconds
LOOK_S = 0.2  # between two looks at the CPU clock of another thread


class SlowToRead(SubmissionRejected):
    """Opening a submission took longer than ``OPEN_S``."""

    def __init__(self) -> None:
        super().__init__(say("submission.slow"))


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Refuse a submission whose reading takes more than ``OPEN_S``.

    Raises:
        SubmissionRejected: the time is over.
    """
    with cpu_limit(OPEN_S, SlowToRead):
        yield


@contextlib.contextmanager
def cpu_limit(seconds: float, error: type[BaseException]) -> Iterator[None]:
    """Raise ``error()`` as soon as this process, or this thread if it is not the main one, has used so much CPU time.

    In the main thread a signal ends Python code and regular expressions, but no other call into compiled code: Python's
    parsers of programs and of JSON, whose texts have limits of their own. In another thread (a worker of Dask) only
    Python code ends. Windows has no deadline.
    """
    if not hasattr(signal, "setitimer"):
        yield
    elif threading.current_thread() is threading.main_thread():
        with _signalled(seconds, error):
            yield
    else:
        with _watch.limited(seconds, error):
            yield


@contextlib.contextmanager
def _signalled(seconds: float, error: type[BaseException]) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise error

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class _Watch:
    """The deadlines of threads that get no signals. One thread looks at their CPU clocks while the process lives."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limits: dict[int, tuple[float, type[BaseException]]] = {}  # thread -> CPU time at the end, error
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def limited(self, seconds: float, error: type[BaseException]) -> Iterator[None]:
        """Raise ``error()`` in this thread when it has used ``seconds``."""
        me = threading.get_ident()
        with self._lock:
            self._limits[me] = time.thread_time() + seconds, error
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, daemon=True)
                self._thread.start()
            self._wanted.set()
        try:
            yield
        finally:
            with self._lock:
                is_over = self._limits.pop(me, None) is None
            if is_over:
                _take(error)

    def _look(self) -> None:
        while self._wanted.wait():
            with self._lock:
                for thread, (end, error) in list(self._limits.items()):
                    if time.clock_gettime(time.pthread_getcpuclockid(thread)) > end:
                        del self._limits[thread]
                        _raise_in(thread, error)
                if not self._limits:
                    self._wanted.clear()
            time.sleep(LOOK_S)


def _raise_in(thread: int, error: type[BaseException]) -> None:
    """Let a thread raise ``error()`` before its next step in Python. It replaces one that is still to come."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))


def _take(error: type[BaseException]) -> None:
    """Take an error that this thread was to raise and may not have raised yet: now it is too late.

    Python can take one back (None in place of an error), but CPython 3.11 and 3.12 then believe for ever that one is to
    come. Every thread of the process becomes slower, and one that is traced, for coverage or by a debugger, hangs.
    """
    with contextlib.suppress(error):
        _raise_in(threading.get_ident(), error)
        for _ in range(1000):  # it is raised at the next step
            pass


_watch = _Watch()
