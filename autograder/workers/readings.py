"""Read the kernel's counters for a worker and for its machine from ``/proc``.

The kernel's documentation describes the files in ``Documentation/filesystems/proc.rst`` (``stat``, ``pid/stat``),
``Documentation/scheduler/sched-stats.rst`` (``schedstat``) and ``Documentation/accounting/psi.rst`` (``pressure``). A
counter that the kernel does not have is 0. Systems other than Linux have none of them.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

PROC = "/proc"
MAX_PAGE_S = 25e-6  # CPU time for one new page: usually 2 µs; measured 12 µs if the host had to find it first
_TICK_S = 0.01 if sys.platform == "win32" else 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Interval:
    """The activity of a worker between two readings, in seconds.

    ``ran_s`` is the CPU time of all its threads. ``waited_s`` is the time that the worker, or we as its reader, waited
    for the machine. ``paging_s`` is the part of ``ran_s`` that the kernel needed to allocate memory.
    """

    ran_s: float
    waited_s: float
    paging_s: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters at one moment. :meth:`since` compares two readings.

    ``ran_s`` is the CPU time of the worker, and ``system_s`` the kernel's part of it. ``pages`` counts the pages that
    the worker received. ``queued_s`` is the time that each of its threads was ready to run and had no core.
    ``own_queued_s`` is the same for our own thread. ``stolen_s`` is the time that the host of a virtual machine took
    from each core. ``stalled_s`` is the time that the worker waited for a disk, plus the time that any process waited
    because memory was short.
    """

    ran_s: float
    system_s: float
    pages: int
    queued_s: Mapping[int, float]
    own_queued_s: float
    stolen_s: tuple[float, ...]
    stalled_s: float

    def since(self, before: Reading) -> Interval:
        """Return the activity since the reading ``before``."""
        queued_s = max((s - before.queued_s.get(thread, 0.0) for thread, s in self.queued_s.items()), default=0.0)
        stolen_s = max((now - then for now, then in zip(self.stolen_s, before.stolen_s, strict=False)), default=0.0)
        own_queued_s, stalled_s = self.own_queued_s - before.own_queued_s, self.stalled_s - before.stalled_s
        return Interval(
            ran_s=self.ran_s - before.ran_s,
            waited_s=queued_s + own_queued_s + stolen_s + stalled_s,
            paging_s=min(self.system_s - before.system_s, (self.pages - before.pages) * MAX_PAGE_S),
        )


def read(pid: int) -> Reading | None:
    """Read the counters of the worker ``pid``. Return None if it has ended or the system has no counters."""
    try:
        # The name in parentheses can contain any character. After it, minflt is the 8th field, utime the 12th, stime
        # the 13th and delayacct_blkio_ticks the 40th.
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
    """Return how long a thread ran, and how long it was ready to run without a core. Both are 0 if unknown.

    ``process`` is the folder of the thread in ``/proc``. The folder of a process refers to its main thread.
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
    """Read a file of ``/proc``.

    This takes a third of the time of ``open``, which matters because each callback is timed.
    """
    file = os.open(f"{PROC}/{name}", os.O_RDONLY)
    try:
        return os.read(file, 1 << 16)
    finally:
        os.close(file)
