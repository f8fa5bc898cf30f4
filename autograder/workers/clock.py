"""Time limits that count what a submission used, not what it waited for."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from ..wall.limits import PATIENCE
from . import readings

GLANCE_S = 0.05  # most answers are here by then, so that their clocks need not look into /proc
MAX_RETRIES = 2  # of cases that timed out while the worker waited, for one submission


class Clock:
    """The time limit of one call.

    It counts wall time, and gives back the time in which the submission waited: its threads or ours for a core, the
    core for the host, or memory for the disk. That is never more than the time in which none of its threads ran, so
    a submission cannot gain time by waiting for its own threads. After ``PATIENCE`` times the limit nothing is given
    back. Callbacks do not count: the trusted side computes meanwhile.
    """

    def __init__(self, pid: int, limit_s: float) -> None:
        self.limit_s = limit_s
        self.charged_s = 0.0  # kept by Budget
        self._pid = pid
        self._start_s = time.monotonic()
        self._callbacks_s = 0.0
        self._first: readings.Reading | None = None
        self._glanced_s: float | None = None  # after the start, when ``_first`` was read
        self._waited_s = 0.0

    def elapsed_s(self) -> float:
        """Return the wall time since the start."""
        return time.monotonic() - self._start_s

    def used_s(self) -> float:
        """Return the seconds that the submission used: wall time, callbacks included, without the time it waited."""
        elapsed_s = time.monotonic() - self._start_s
        if self._first is not None:
            self._look(elapsed_s)
        return elapsed_s - self._waited_s

    def left(self) -> float:
        """Return the seconds until the deadline. How long the worker waited is asked only after the plain deadline."""
        used_s = self.elapsed_s() - self._callbacks_s
        if self._glanced_s is None and used_s >= min(GLANCE_S, self.limit_s / 2):
            self._glanced_s, self._first = self.elapsed_s(), readings.read(self._pid)
        if used_s < self.limit_s:
            return self.limit_s - used_s
        if used_s >= self.limit_s * PATIENCE:
            return 0.0
        return self.limit_s - (self.used_s() - self._callbacks_s)

    def wait_s(self) -> float:
        """Return how long to wait before asking again; 0 or less at the deadline."""
        return min(self.left(), GLANCE_S if self._glanced_s is None else 1.0)

    @contextlib.contextmanager
    def callback(self) -> Iterator[None]:
        """Keep the time of a callback out of this call's limit."""
        start_s, queued_s = time.monotonic(), readings.own_queued_s()
        try:
            yield
        finally:
            self._callbacks_s += time.monotonic() - start_s - (readings.own_queued_s() - queued_s)

    def was_starved(self) -> bool:
        """Return whether the worker waited for most of the time and computed for less than half of its limit.

        An endless loop computes. Memory is what a worker waits for, too, though the kernel counts the time that it
        takes to find a page as the worker's own. Ask before the worker is killed.
        """
        elapsed_s = self.elapsed_s()
        interval = self._look(elapsed_s)
        if interval is None:
            return False
        waited_s = self._waited_s + interval.paging_s
        return waited_s > elapsed_s / 2 and interval.ran_s - interval.paging_s < self.limit_s / 2

    def _look(self, elapsed_s: float) -> readings.Interval | None:
        """Bring the time that the worker waited up to date; None where nobody tells, or when the worker is gone."""
        if self._first is None or self._glanced_s is None or (now := readings.read(self._pid)) is None:
            return None
        interval = now.since(self._first)
        idle_s = elapsed_s - self._glanced_s - interval.ran_s
        self._waited_s = max(self._waited_s, min(interval.waited_s, idle_s))
        return interval


class Budget:
    """What all calls of one submission may use together, in all its workers: seconds, and retries after a wait."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.used_s = 0.0
        self.retries = MAX_RETRIES

    def charge(self, clock: Clock) -> None:
        """Count what the calls under ``clock`` used since it was charged last."""
        used_s = clock.used_s()
        self.used_s += used_s - clock.charged_s
        clock.charged_s = used_s

    def is_spent(self, clock: Clock | None = None) -> bool:
        """Return whether the seconds are used up, with those under ``clock`` that were not charged yet."""
        if clock is None:
            return self.used_s > self.limit_s
        before_s = self.used_s - clock.charged_s
        return before_s + clock.elapsed_s() > self.limit_s and before_s + clock.used_s() > self.limit_s

    def grant_retry(self) -> bool:
        """Return whether a case that timed out while its worker waited may be run once more, and count it."""
        self.retries -= 1
        return self.retries >= 0
