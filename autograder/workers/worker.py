"""One worker, seen from the trusted side: what is sent to it, what is read from it, how long that may take.

How a worker is started, waited for and ended depends on the system: ``forked_worker.py`` has the workers of Linux,
``subprocess_worker.py`` those of other systems. A worker that breaks the protocol, dies or is late raises
:class:`WorkerLost`, which becomes the verdict on the current case.
"""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import os
import signal
import socket
import sys
import time
from enum import Enum, auto
from typing import Any

from ..guest import wire
from ..wall.limits import BROKEN, Limits
from . import readings
from .clock import Clock

CHUNK = 1 << 14  # bytes of one read: most answers are smaller
CPU_STEP_S = 0.004  # in which the kernel counts the CPU time of a process with a limit on it


class LossReason(Enum):
    """Why a worker is gone."""

    TIMED_OUT = auto()
    CPU = auto()
    EXITED = auto()
    SIGNALLED = auto()
    PROTOCOL = auto()
    MEMORY = auto()
    BUDGET = auto()


class WorkerLost(Exception):
    """The worker is gone. ``detail`` is the exit status or signal number, ``limit_s`` the limit that it passed.

    ``starved`` says that it passed its deadline while it waited for a core or for memory.
    """

    def __init__(
        self, loss: LossReason, *, detail: int = 0, limit_s: float = 0.0, text: str = "", starved: bool = False
    ) -> None:
        super().__init__(text or loss.name)
        self.loss = loss
        self.detail = detail
        self.limit_s = limit_s
        self.text = text
        self.starved = starved


@dataclasses.dataclass(frozen=True, slots=True)
class Raw:
    """One frame from a worker as it came: ``text`` is the header, which nobody has read yet."""

    kind: wire.Kind
    text: bytes
    body: bytearray


@dataclasses.dataclass(frozen=True, slots=True)
class Frame:
    """One frame from a worker, its header checked to be an object and nothing more."""

    kind: wire.Kind
    header: dict[str, Any]
    body: bytearray


@dataclasses.dataclass(frozen=True, slots=True)
class Usage:
    """What a finished worker used, as the kernel counted it.

    ``status`` is its exit status, or the number of the signal that ended it, negative.
    """

    status: int
    cpu_s: float
    peak_kib: int


class Worker(abc.ABC):
    """One worker, seen from the trusted side. Use it from one thread.

    What is sent and read is the same everywhere; a subclass for each system waits for the worker and ends it.
    """

    def __init__(self, pid: int, connection: socket.socket, limits: Limits) -> None:
        self.limits = limits
        self._pid = pid  # 0 where it is not known
        self._connection = connection
        self._received = bytearray()  # bytes that arrived with an earlier frame
        self._is_asked = False  # a frame was sent, and nobody has waited for its reply yet
        self._output = bytearray()
        self._dropped = 0
        self._usage: Usage | None = None
        connection.setblocking(False)

    # --- talking

    def send(self, pieces: list[bytes | memoryview], *, limit_s: float) -> None:
        """Send one frame. Bytes that can be read before it answer nothing, so they are a violation."""
        if self._received or self._readable():
            raise self.violation("a frame that answers nothing")
        data = memoryview(b"".join(pieces))
        clock = Clock(self._pid, limit_s)
        while data:
            try:
                data = data[self._connection.send(data) :]
            except BlockingIOError:
                self._wait(clock, writing=True)
            except OSError:
                raise self._ended() from None
        self._is_asked = True

    def receive_raw(self, clock: Clock) -> Raw:
        """Receive one frame within what is left of ``clock``, for :meth:`read`."""
        try:
            head = bytes(self._exactly(wire.HEAD.size, clock))
            kind, header_size, body_size = wire.unpack_head(head, max_body=self.limits.result_mib * 1024 * 1024)
        except wire.WireError as exc:
            raise self.violation(str(exc)) from None
        text = bytes(self._exactly(header_size, clock))
        body = self._exactly(body_size, clock)
        return Raw(kind, text, body)

    def read(self, raw: Raw) -> Frame:
        """Read the header of a frame; one that is not ours is a violation."""
        try:
            return Frame(raw.kind, wire.unpack_header(raw.text), raw.body)
        except wire.WireError as exc:
            raise self.violation(str(exc)) from None

    def clock(self, limit_s: float) -> Clock:
        return Clock(self._pid, limit_s)

    def take_output(self) -> str:
        """Return and forget what the submission printed since the last call; text beyond the cap is only counted."""
        if self._usage is None:
            self._drain()
        text = self._output.decode("utf-8", "replace")
        if self._dropped:
            text += f"\n[{self._dropped:,} more bytes]"
        self._output, self._dropped = bytearray(), 0
        return text

    def cpu_s(self) -> float:
        """Return the CPU seconds of all its threads, in steps of ``CPU_STEP_S``; 0 if the system does not say."""
        if self._usage is not None:
            return self._usage.cpu_s
        with contextlib.suppress(OSError):
            if sys.platform == "linux":  # what clock_getcpuclockid(3) makes of a process number
                return time.clock_gettime(~self._pid << 3 | 2)
        try:
            with open(f"/proc/{self._pid}/stat", encoding="ascii", errors="replace") as file:
                ticks = file.read().rpartition(")")[2].split()[11:13]  # the name before it may hold anything
        except OSError:
            return 0.0
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def main_thread_s(self) -> float:
        """Return the CPU seconds of the main thread alone, to the microsecond; 0 if the system does not say."""
        return readings.scheduled_s(str(self._pid))[0]

    def queued_s(self) -> float:
        """Return how long the main thread was ready to run and had no core; 0 if the system does not say."""
        return readings.scheduled_s(str(self._pid))[1]

    def violation(self, text: str) -> WorkerLost:
        """Kill the worker because of what it sent; return the loss to raise."""
        self.kill()
        return WorkerLost(LossReason.PROTOCOL, text=text)

    def _exactly(self, size: int, clock: Clock) -> bytearray:
        # Grows with what really arrives: a header may announce megabytes and send none. Small frames that are there
        # already arrive in one read.
        received = self._received
        if self._is_asked:  # the reply is not there yet: to look for it would be one more system call
            self._is_asked = False
            self._wait(clock, writing=False)
        while len(received) < size:
            try:
                got = self._connection.recv(min(max(size - len(received), CHUNK), 1 << 20))
            except BlockingIOError:
                self._wait(clock, writing=False)
                continue
            except OSError:
                raise self._ended() from None
            if not got:
                raise self._ended()
            received += got
        if len(received) == size:
            self._received = bytearray()
            return received
        data = received[:size]
        del received[:size]
        return data

    def _readable(self) -> bool:
        try:
            return bool(self._connection.recv(1, socket.MSG_PEEK))
        except OSError:
            return False  # nothing there, or the worker is gone: the send will tell

    def _print(self, data: bytes) -> None:
        """Keep what the submission printed, up to the limit."""
        room = max(0, self.limits.output_kib * 1024 - len(self._output))
        self._output += data[:room]
        self._dropped += len(data) - len(data[:room])

    @abc.abstractmethod
    def _wait(self, clock: Clock, *, writing: bool) -> None:
        """Wait until the connection can be read (or written); WorkerLost at the deadline or when the worker ended."""

    @abc.abstractmethod
    def _drain(self) -> bool:
        """Read what was printed since the last time; False when no more will come."""

    # --- ending

    def _late(self, clock: Clock) -> WorkerLost:
        """End a worker that has passed its deadline."""
        starved = clock.was_starved()
        self.kill()
        return WorkerLost(LossReason.TIMED_OUT, limit_s=clock.limit_s, starved=starved)

    def _ended(self) -> WorkerLost:
        """Return how a worker ended that ended by itself."""
        # A worker that only closed its connection is still running: then our own kill is what the status shows.
        running = not self._is_gone(1.0)
        usage = self.kill() if running else self._collect()
        if running:
            return WorkerLost(LossReason.PROTOCOL, text="the connection was closed")
        if usage.status < 0:
            number = -usage.status
            if self._ran_out_of_memory():
                return WorkerLost(LossReason.MEMORY)
            if number == signal.SIGXCPU or (number == signal.SIGKILL and usage.cpu_s >= self.limits.cpu_s):
                return WorkerLost(LossReason.CPU, limit_s=self.limits.cpu_s)
            return WorkerLost(LossReason.SIGNALLED, detail=number)
        if usage.status == BROKEN:
            return WorkerLost(LossReason.PROTOCOL, text="the worker's own loop was broken")
        return WorkerLost(LossReason.EXITED, detail=usage.status)

    def _ran_out_of_memory(self) -> bool:
        return False

    @abc.abstractmethod
    def _is_gone(self, wait_s: float) -> bool:
        """Whether the process ends by itself within ``wait_s`` seconds."""

    @abc.abstractmethod
    def kill(self) -> Usage:
        """End the worker and what it started, and collect it; a second time do nothing.

        Always with SIGKILL: no exit handler, ``__del__`` or thread of it may still run.
        """

    @abc.abstractmethod
    def _collect(self) -> Usage:
        """Wait for a process that has ended, and give back all that it held."""
