"""Time limits that count the time a submission used, without the time it waited for the machine."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from ..wall.limits import PATIENCE
from . import readings

GLANCE_S = 0.05  # most replies arrive earlier, so their clocks never read /proc
MAX_RETRIES = 2  # of cases that timed out while the worker waited, for one submission


class Clock:
    """The time limit of one call.

    It counts wall time, without the time in which the submission waited for the machine: for a core (its threads or
    ours), for the host of a virtual machine, or for the disk when memory is short. The time deducted is at most the
    time in which none of its threads ran, so a submission cannot gain time by waiting for its own threads. After
    ``PATIENCE`` times the limit nothing is deducted. Callbacks do not count, because the trusted side computes them.
    """

    def __init__(self, pid: int, limit_s: float) -> None:
        self.limit_s = limit_s
        self.charged_s = 0.0  # set by Budget, as is the next one
        self.charged_wall_s = 0.0
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
        """Return the seconds until the deadline. The worker's waiting time is read only after the plain deadline."""
        used_s = self.elapsed_s() - self._callbacks_s
        if self._glanced_s is None and used_s >= min(GLANCE_S, self.limit_s / 2):
            self._glanced_s, self._first = self.elapsed_s(), readings.read(self._pid)
        if used_s < self.limit_s:
            return self.limit_s - used_s
        if used_s >= self.limit_s * PATIENCE:
            return 0.0
        return self.limit_s - (self.used_s() - self._callbacks_s)

    def wait_s(self) -> float:
        """Return how long to wait before the next check; 0 or less at the deadline."""
        return min(self.left(), GLANCE_S if self._glanced_s is None else 1.0)

    @contextlib.contextmanager
    def callback(self) -> Iterator[None]:
        """Exclude the time of a callback from the limit of this call."""
        start_s, queued_s = time.monotonic(), readings.own_queued_s()
        try:
            yield
        finally:
            self._callbacks_s += time.monotonic() - start_s - (readings.own_queued_s() - queued_s)

    def was_starved(self) -> bool:
        """Return whether the worker waited for most of the time and computed for less than half of its limit.

        An endless loop computes, so it is not starved. Waiting for memory counts as waiting, although the kernel
        counts the time to find a page as CPU time of the worker. Call this before the worker is killed.
        """
        elapsed_s = self.elapsed_s()
        interval = self._look(elapsed_s)
        if interval is None:
            return False
        waited_s = self._waited_s + interval.paging_s
        return waited_s > elapsed_s / 2 and interval.ran_s - interval.paging_s < self.limit_s / 2

    def _look(self, elapsed_s: float) -> readings.Interval | None:
        """Update the worker's waiting time. Return None if there are no counters or the worker has ended."""
        if self._first is None or self._glanced_s is None or (now := readings.read(self._pid)) is None:
            return None
        interval = now.since(self._first)
        idle_s = elapsed_s - self._glanced_s - interval.ran_s
        self._waited_s = max(self._waited_s, min(interval.waited_s, idle_s))
        return interval


class Budget:
    """The total seconds of all calls of one submission, in all its workers, and its retries of starved cases.

    Waiting for the machine does not count, until all calls together have taken ``PATIENCE`` times the limit: a
    submission that waits on purpose, for the disk, would otherwise hold up its class in every call.
    """

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.used_s = 0.0
        self.wall_s = 0.0
        self.retries = MAX_RETRIES

    def charge(self, clock: Clock) -> None:
        """Add the seconds that ``clock`` counted since it was last charged."""
        used_s, wall_s = clock.used_s(), clock.elapsed_s()
        self.used_s += used_s - clock.charged_s
        self.wall_s += wall_s - clock.charged_wall_s
        clock.charged_s, clock.charged_wall_s = used_s, wall_s

    def is_spent(self, clock: Clock | None = None) -> bool:
        """Return whether the seconds are used up, including those of ``clock`` that are not yet charged."""
        if clock is None:
            return self.used_s > self.limit_s or self.wall_s > self.limit_s * PATIENCE
        if self.wall_s - clock.charged_wall_s + clock.elapsed_s() > self.limit_s * PATIENCE:
            return True
        before_s = self.used_s - clock.charged_s
        return before_s + clock.elapsed_s() > self.limit_s and before_s + clock.used_s() > self.limit_s

    def grant_retry(self) -> bool:
        """Count a retry of a case that timed out while its worker waited, and return whether it is allowed."""
        self.retries -= 1
        return self.retries >= 0
