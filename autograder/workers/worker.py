"""One worker, seen from the trusted side: send and receive frames within time limits.

Starting, awaiting and ending a worker depend on the system. ``forked_worker.py`` contains the workers for Linux, and
``subprocess_worker.py`` those for other systems. If a worker breaks the protocol, dies or misses its deadline,
:class:`WorkerLost` is raised. It becomes the verdict on the current case.
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
from ..wall.limits import BROKEN, FILES, MEMORY, TASKS, Limits
from . import readings
from .clock import Clock

CHUNK = 1 << 14  # bytes of one read; most replies are smaller
CPU_STEP_S = 0.004  # the resolution of the CPU time of a process with a CPU limit


class LossReason(Enum):
    """The reason why a worker was lost."""

    TIMED_OUT = auto()
    CPU = auto()
    EXITED = auto()
    SIGNALLED = auto()
    PROTOCOL = auto()
    MEMORY = auto()
    BUDGET = auto()
    TOO_LARGE = auto()
    FILES = auto()
    TASKS = auto()


_EXCEEDED = {FILES: LossReason.FILES, TASKS: LossReason.TASKS, MEMORY: LossReason.MEMORY}


class WorkerLost(Exception):
    """The worker was lost. ``detail`` is the exit status or signal number, ``limit_s`` the limit that it exceeded.

    ``starved`` is true if it missed its deadline while it waited for a core or for memory.
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
    """One frame from a worker as received. ``text`` is the unparsed header."""

    kind: wire.Kind
    text: bytes
    body: bytearray


@dataclasses.dataclass(frozen=True, slots=True)
class Frame:
    """One frame from a worker. The header is a JSON object; its content is not checked."""

    kind: wire.Kind
    header: dict[str, Any]
    body: bytearray


@dataclasses.dataclass(frozen=True, slots=True)
class Usage:
    """The resource usage of a finished worker, as counted by the kernel.

    ``status`` is its exit status, or the negative number of the signal that ended it. ``exceeded`` is "files",
    "tasks" or "memory" if it was ended because it had too much of them.
    """

    status: int
    cpu_s: float
    peak_kib: int
    exceeded: str = ""


class Worker(abc.ABC):
    """One worker, seen from the trusted side. Use it from one thread.

    The protocol is the same on every system. A subclass for each system waits for the worker and ends it.
    """

    def __init__(self, pid: int, connection: socket.socket, limits: Limits) -> None:
        self.limits = limits
        self._pid = pid  # 0 if unknown
        self._connection = connection
        self._received = bytearray()  # bytes that arrived with an earlier frame
        self._is_asked = False  # a frame was sent, and we have not waited for its reply
        self._output = bytearray()
        self._dropped = 0
        self._usage: Usage | None = None
        self._started_s = 0.0  # CPU seconds before the submission, where they are many
        connection.setblocking(False)

    # --- sending and receiving

    def send(self, pieces: list[bytes | memoryview], clock: Clock) -> None:
        """Send one frame within the remaining time of ``clock``.

        Bytes that arrive before it do not answer a request, so they are a violation.
        """
        if self.has_stray():
            raise self.violation("a frame that answers nothing")
        data = memoryview(b"".join(pieces))
        while data:
            try:
                data = data[self._connection.send(data) :]
            except BlockingIOError:
                self._wait(clock, writing=True)
            except OSError:
                raise self._ended() from None
        self._is_asked = True

    def has_stray(self) -> bool:
        """Return whether bytes have arrived that answer nothing, before the next frame is sent."""
        return bool(self._received) or self._readable()

    def receive_raw(self, clock: Clock) -> Raw:
        """Receive one frame within the remaining time of ``clock``, for :meth:`read`."""
        try:
            head = bytes(self._exactly(wire.HEAD.size, clock))
            kind, header_size, body_size = wire.unpack_head(head, max_body=self.limits.result_mib * 1024 * 1024)
        except wire.WireError as exc:
            raise self.violation(str(exc)) from None
        text = bytes(self._exactly(header_size, clock))
        body = self._exactly(body_size, clock)
        return Raw(kind, text, body)

    def read(self, raw: Raw) -> Frame:
        """Parse the header of a frame. A malformed header is a violation."""
        try:
            return Frame(raw.kind, wire.unpack_header(raw.text), raw.body)
        except wire.WireError as exc:
            raise self.violation(str(exc)) from None

    def clock(self, limit_s: float) -> Clock:
        return Clock(self._pid, limit_s)

    def take_output(self) -> str:
        """Return and clear the output of the submission. Bytes beyond the limit are counted, not stored."""
        if self._usage is None:
            self._drain()
        text = self._output.decode("utf-8", "replace")
        if self._dropped:
            text += f"\n[{self._dropped:,} more bytes]"
        self._output, self._dropped = bytearray(), 0
        return text

    def forget_start(self) -> None:
        """Leave out from :meth:`cpu_s` what the worker has used until now: the start of CUDA takes seconds."""
        self._started_s = self._all_cpu_s()

    def cpu_s(self) -> float:
        """Return the CPU seconds of all its threads, in steps of ``CPU_STEP_S``, or 0 if unknown."""
        return max(0.0, self._all_cpu_s() - self._started_s)

    def _all_cpu_s(self) -> float:
        if self._usage is not None:
            return self._usage.cpu_s
        with contextlib.suppress(OSError):
            if sys.platform == "linux":  # as clock_getcpuclockid(3) computes a clock id
                return time.clock_gettime(~self._pid << 3 | 2)
        try:
            with open(f"/proc/{self._pid}/stat", encoding="ascii", errors="replace") as file:
                ticks = file.read().rpartition(")")[2].split()[11:13]  # the name before it can contain any character
        except OSError:
            return 0.0
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def main_thread_s(self) -> float:
        """Return the CPU seconds of the main thread alone, to the microsecond, or 0 if unknown."""
        return readings.scheduled_s(str(self._pid))[0]

    def violation(self, text: str) -> WorkerLost:
        """Kill the worker because it broke the protocol, and return the exception to raise."""
        self.kill()
        return WorkerLost(LossReason.PROTOCOL, text=text)

    def _exactly(self, size: int, clock: Clock) -> bytearray:
        # The buffer grows only with received bytes, because a header can announce megabytes and send none. One read
        # receives a small frame.
        received = self._received
        if self._is_asked:  # the reply is not there yet, so a read would be a wasted system call
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
            return False  # no data, or the worker has ended, which the send will detect

    def _print(self, data: bytes) -> None:
        """Store the output of the submission, up to the limit."""
        room = max(0, self.limits.output_kib * 1024 - len(self._output))
        self._output += data[:room]
        self._dropped += len(data) - len(data[:room])

    @abc.abstractmethod
    def _wait(self, clock: Clock, *, writing: bool) -> None:
        """Wait until the connection can be read (or written).

        Raises:
            WorkerLost: The deadline has passed, or the worker has ended.
        """

    @abc.abstractmethod
    def _drain(self) -> bool:
        """Read the output since the last call. Return False if no more will come."""

    # --- ending

    def _late(self, clock: Clock) -> WorkerLost:
        """Kill a worker that has missed its deadline, and return the exception to raise."""
        starved = clock.was_starved()
        self.kill()
        return WorkerLost(LossReason.TIMED_OUT, limit_s=clock.limit_s, starved=starved)

    def _ended(self) -> WorkerLost:
        """Return the exception to raise for a worker that ended by itself."""
        # A worker that only closed its connection is still running. Its exit status would then show our own kill.
        running = not self._is_gone(1.0)
        usage = self.kill() if running else self._collect()
        if running:
            return WorkerLost(LossReason.PROTOCOL, text="the connection was closed")
        if usage.status < 0:
            number = -usage.status
            if usage.exceeded:
                return WorkerLost(_EXCEEDED[usage.exceeded])
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
        """Return whether the process ends by itself within ``wait_s`` seconds."""

    @abc.abstractmethod
    def kill(self) -> Usage:
        """Kill the worker and its children, reap it, and return its usage. A second call has no effect.

        The signal is always SIGKILL: no exit handler, ``__del__`` or thread of the worker may still run.
        """

    @abc.abstractmethod
    def _collect(self) -> Usage:
        """Reap a process that has ended, and release its resources."""
