"""The time that the top level of a submission's modules may take."""

from __future__ import annotations

import signal
import threading
import time
from types import CodeType, FrameType
from typing import Any, NamedTuple

from .submitted_module import SubmittedModule

RETRY_S = 0.01  # between two attempts to stop a statement that catches the exception


class Stopped(BaseException):
    """Ends a statement that exceeded its time. ``except Exception`` does not catch it."""


class Limits(NamedTuple):
    """Seconds for one cell (of a script: for one statement) and for all modules together."""

    cell_s: float
    load_s: float


class Timer:
    """Stops the statement that runs when its cell, or all modules together, have used their time.

    A tick finds out which part of the submission is running, and how long it has been seen to run. Systems without
    interval timers have only the deadline of the trusted side.
    """

    def __init__(self, limits: Limits) -> None:
        self.watched: dict[CodeType, SubmittedModule] = {}
        self._limits = limits
        self._tick_s = max(0.02, limits.cell_s / 10)
        self._stopped: set[tuple[str, int]] = set()
        self._part: tuple[str, int] | None = None
        self._start = self._part_start = (0.0, 0.0)
        self._before: Any = None
        self._is_hasty = False
        self._is_ticking = False

    def __enter__(self) -> None:
        self._start = clocks()
        if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGALRM, self._tick)
            signal.setitimer(signal.ITIMER_REAL, self._tick_s, self._tick_s)

    def __exit__(self, *error: object) -> None:
        if self._before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)

    def is_spent(self) -> bool:
        """Return whether all modules together have used their time."""
        return used_s(self._start, clocks()) >= self._limits.load_s

    def was_stopped(self, module: SubmittedModule, line: int) -> bool:
        """Return whether a statement of the same cell was stopped."""
        return bool(self._stopped) and (module.name, module.part_at(line)) in self._stopped

    def relax(self) -> None:
        """Give the next statement the time until a usual tick, although its cell may have used its time."""
        self._set(self._tick_s, hasty=False)

    def _tick(self, number: int, frame: FrameType | None) -> None:
        if self._is_ticking:  # a tick that comes while the last one is read would leave its file open
            return
        self._is_ticking = True
        try:
            self._look(frame)
        finally:
            self._is_ticking = False

    def _look(self, frame: FrameType | None) -> None:
        while frame is not None and frame.f_code not in self.watched:
            frame = frame.f_back
        if frame is None:
            return  # between two statements
        module, now = self.watched[frame.f_code], clocks()
        part = (module.name, module.part_at(frame.f_lineno))
        if part != self._part:
            self._part, self._part_start = part, now
            self.relax()
        elif used_s(self._part_start, now) >= self._limits.cell_s or used_s(self._start, now) >= self._limits.load_s:
            self._stopped.add(part)
            self._set(RETRY_S, hasty=True)
            raise Stopped

    def _set(self, tick_s: float, *, hasty: bool) -> None:
        if hasty != self._is_hasty:
            self._is_hasty = hasty
            signal.setitimer(signal.ITIMER_REAL, tick_s, tick_s)


def clocks() -> tuple[float, float]:
    """Return the CPU seconds of this process, and the seconds in which its main thread did not wait for a core."""
    cpu_s = time.process_time()
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as file:
            return cpu_s, time.monotonic() - int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return cpu_s, 0.0  # unknown: every second that it did not run may be the machine's fault


def used_s(start: tuple[float, float], now: tuple[float, float]) -> float:
    """Return the CPU time between two readings, or half the time that passed if the code slept that long."""
    return max(now[0] - start[0], (now[1] - start[1]) / 2)
