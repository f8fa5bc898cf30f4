"""What the kernel has counted for a worker and for the machine around it, read from ``/proc``.

The files are described in the kernel's ``Documentation/filesystems/proc.rst`` (``stat``, ``pid/stat``),
``Documentation/scheduler/sched-stats.rst`` (``schedstat``) and ``Documentation/accounting/psi.rst`` (``pressure``). A
number that the kernel does not count is 0. Systems other than Linux tell nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

PROC = "/proc"
MAX_PAGE_S = 25e-6  # CPU time for one new page: 2 µs as a rule, 12 µs measured where the host had to find it first
_TICK_S = 0.01 if sys.platform == "win32" else 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Interval:
    """What a worker did between two readings, in seconds.

    ``ran_s`` is the CPU time of all its threads. ``waited_s`` is time in which it could have run, or its answer could
    have been read, if the machine had been free. ``paging_s`` is the part of ``ran_s`` that it took to give it memory.
    """

    ran_s: float
    waited_s: float
    paging_s: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters at one moment; :meth:`since` makes sense of two of them.

    ``ran_s`` and ``system_s`` are the CPU time of the worker and the kernel's part of it, ``pages`` the pages that it
    was given. ``queued_s`` is, for each of its threads, the time that it was ready to run and had no core;
    ``own_queued_s`` is that of our own thread. ``stolen_s`` is what the host of a virtual machine took from each core,
    and ``stalled_s`` the time that the worker waited for a disk, or some process because memory was short.
    """

    ran_s: float
    system_s: float
    pages: int
    queued_s: Mapping[int, float]
    own_queued_s: float
    stolen_s: tuple[float, ...]
    stalled_s: float

    def since(self, before: Reading) -> Interval:
        """Return what happened after the reading ``before``."""
        queued_s = max((s - before.queued_s.get(thread, 0.0) for thread, s in self.queued_s.items()), default=0.0)
        stolen_s = max((now - then for now, then in zip(self.stolen_s, before.stolen_s, strict=False)), default=0.0)
        own_queued_s, stalled_s = self.own_queued_s - before.own_queued_s, self.stalled_s - before.stalled_s
        return Interval(
            ran_s=self.ran_s - before.ran_s,
            waited_s=queued_s + own_queued_s + stolen_s + stalled_s,
            paging_s=min(self.system_s - before.system_s, (self.pages - before.pages) * MAX_PAGE_S),
        )


def read(pid: int) -> Reading | None:
    """Read the counters of the worker ``pid``; None when it is gone or the system does not tell."""
    try:
        # The name in parentheses may hold anything. After it: minflt is the 8th field, utime the 12th, stime the 13th
        # and delayacct_blkio_ticks the 40th.
        fields = _read(f"{pid}/stat").rpartition(b")")[2].split()
        user_s, system_s, blocked_s = (int(fields[i]) * _TICK_S for i in (11, 12, 39))
        threads = [int(name) for name in os.listdir(f"{PROC}/{pid}/task")]
    except (OSError, ValueError, IndexError):
        return None
    return Reading(
        ran_s=user_s + system_s,
        system_s=system_s,
        pages=int(fields[7]),
        queued_s={thread: scheduled_s(f"{pid}/task/{thread}")[1] for thread in threads},
        own_queued_s=own_queued_s(),
        stolen_s=_stolen_s(),
        stalled_s=blocked_s + _short_of_memory_s(),
    )


def scheduled_s(process: str) -> tuple[float, float]:
    """Return how long a thread ran, and how long it was ready to run without a core; zeros if the kernel does not say.

    ``process`` is its folder in ``/proc``; that of a process stands for its main thread.
    """
    try:
        ran, queued, _ = _read(f"{process}/schedstat").split()
        return int(ran) / 1e9, int(queued) / 1e9
    except (OSError, ValueError):
        return 0.0, 0.0


def own_queued_s() -> float:
    """Return how long the calling thread was ready to run and had no core."""
    return scheduled_s("thread-self")[1]


def _stolen_s() -> tuple[float, ...]:
    with contextlib.suppress(OSError, ValueError, IndexError):
        cores = (line.split() for line in _read("stat").splitlines() if line[:3] == b"cpu" and line[3:4].isdigit())
        return tuple(int(fields[8]) * _TICK_S for fields in cores)
    return ()


def _short_of_memory_s() -> float:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(_read("pressure/memory").splitlines()[0].rpartition(b"total=")[2]) / 1e6
    return 0.0


def _read(name: str) -> bytes:
    """Read a file of ``/proc``; a third of the time that ``open`` takes, and callbacks are timed one by one."""
    file = os.open(f"{PROC}/{name}", os.O_RDONLY)
    try:
        return os.read(file, 1 << 16)
    finally:
        os.close(file)
