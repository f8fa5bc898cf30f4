"""One worker, seen from the trusted side: what is said to it, what is read from it, how long that may take.

How a worker is started, waited for and ended depends on the system: ``supervisor.py`` has those of Linux,
``subprocess_worker.py`` those of other systems.
"""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import os
import secrets
import signal
import socket
import stat
import sys
import time
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from ..wall.limits import BROKEN, PATIENCE, Limits

if TYPE_CHECKING:
    from ..guest import wire  # with numpy: a zygote can start before this process imports it

MAX_FRAMES = 1 << 16  # bytes that a socket takes while nobody reads: sending them never waits for the worker
CHUNK = 1 << 14  # bytes of one read: most answers are smaller
CPU_STEP_S = 0.004  # in which the kernel counts the CPU time of a process with a limit on it
GLANCE_S = 0.05  # most answers are here by then, so that their clocks need not look into /proc


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

    ``waiting`` says that it passed its deadline without computing: it slept, or the machine stood still.
    """

    def __init__(
        self, loss: LossReason, *, detail: int = 0, limit_s: float = 0.0, text: str = "", waiting: bool = False
    ) -> None:
        super().__init__(text or loss.name)
        self.loss = loss
        self.detail = detail
        self.limit_s = limit_s
        self.text = text
        self.waiting = waiting


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

    What is said to it and read from it is the same everywhere; how it is waited for and ended depends on the system.
    """

    def __init__(self, pid: int, connection: socket.socket, limits: Limits) -> None:
        self.limits = limits
        self._pid = pid  # 0 where it is not known
        self._connection = connection
        self._received = bytearray()  # what came along with the frames read so far
        self._output = bytearray()
        self._dropped = 0
        self._usage: Usage | None = None
        connection.setblocking(False)

    # --- talking

    def send(self, pieces: list[bytes | memoryview], *, limit_s: float) -> None:
        """Send one frame. Bytes that are readable before it are an answer to nothing, hence a violation."""
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

    def receive(self, *, limit_s: float) -> Frame:
        """Receive one frame within ``limit_s``."""
        return self.read(self.receive_raw(self.clock(limit_s)))

    def receive_raw(self, clock: Clock) -> Raw:
        """Receive one frame within what is left of ``clock``, for :meth:`read`."""
        from ..guest import wire

        try:
            head = bytes(self._exactly(wire.HEAD.size, clock))
            kind, header_size, body_size = wire.unpack_head(head, max_body=self.limits.result_mib * 1024 * 1024)
        except wire.WireError as exc:
            raise self.violation(str(exc)) from None
        text = bytes(self._exactly(header_size, clock))
        body = self._exactly(body_size, clock)
        return Raw(kind, text, body)

    def read(self, raw: Raw) -> Frame:
        """Read the header of a frame; what is none of ours is a violation."""
        from ..guest import wire

        try:
            return Frame(raw.kind, wire.unpack_header(raw.text), raw.body)
        except wire.WireError as exc:
            raise self.violation(str(exc)) from None

    def clock(self, limit_s: float) -> Clock:
        return Clock(self._pid, limit_s)

    def take_output(self) -> str:
        """Return and forget what the submission printed since the last call; text beyond the cap is counted only."""
        if self._usage is None:
            self._drain()
        text = self._output.decode("utf-8", "replace")
        if self._dropped:
            text += f"\n[{self._dropped:,} more bytes]"
        self._output, self._dropped = bytearray(), 0
        return text

    def cpu_s(self) -> float:
        """CPU seconds that the worker used so far, of its own and of all its threads, as the kernel counts them.

        In steps of ``CPU_STEP_S``, because it is limited; 0 where the system does not say.
        """
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
        """CPU seconds of the worker's main thread alone, to the microsecond; 0 where the system does not say."""
        return _scheduled_s(self._pid)[0]

    def violation(self, text: str) -> WorkerLost:
        """Kill the worker because of what it sent; return the loss to raise."""
        self.kill()
        return WorkerLost(LossReason.PROTOCOL, text=text)

    def _exactly(self, size: int, clock: Clock) -> bytearray:
        # Grows with what really arrives: a header may announce megabytes and send none. Small frames that are there
        # already come along in one read.
        received = self._received
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
        """Keep what the submission printed, as far as there is room."""
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
        usage = self.kill()
        return WorkerLost(LossReason.TIMED_OUT, limit_s=clock.limit_s, waiting=usage.cpu_s < clock.limit_s / 2)

    def _ended(self) -> WorkerLost:
        """Say how a worker that ended by itself did so."""
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


class Clock:
    """Counts the time that a worker had, not the time that it queued for a core on a busy machine."""

    def __init__(self, pid: int, limit_s: float) -> None:
        self.limit_s = limit_s
        self._pid = pid
        self._start = time.monotonic()
        self._queued: float | None = None
        self._paused = 0.0

    def left(self) -> float:
        """Seconds until the deadline; the queueing time is looked up only once the plain deadline has passed."""
        used = time.monotonic() - self._start - self._paused
        if self._queued is None and used >= GLANCE_S:
            self._queued = _queued_s(self._pid)
        if used < self.limit_s:
            return self.limit_s - used
        if used >= self.limit_s * PATIENCE or self._queued is None:
            return 0.0
        return self.limit_s - (used - (_queued_s(self._pid) - self._queued))

    def wait_s(self) -> float:
        """How long to wait before asking again; 0 or less at the deadline."""
        return min(self.left(), GLANCE_S if self._queued is None else 1.0)

    def pause(self, seconds: float) -> None:
        """Do not count ``seconds``: the trusted side was computing, in a callback."""
        self._paused += seconds


def _queued_s(pid: int) -> float:
    """Seconds that the main thread of ``pid`` was runnable without running; 0 where the kernel does not say."""
    return _scheduled_s(pid)[1]


def _scheduled_s(pid: int) -> tuple[float, float]:
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
            ran, queued, _ = file.read().split()
        return int(ran) / 1e9, int(queued) / 1e9
    except (OSError, ValueError):
        return 0.0, 0.0


def remove_folder(path: str) -> None:
    """Remove a scratch folder, whatever a submission left in it; nothing may still run in there.

    Each folder inside is emptied into the top one, so that neither a chain of thousands of folders (which ends
    ``shutil.rmtree`` with a RecursionError) nor a forbidding mode keeps anything alive. Links are never followed.
    """
    try:
        os.rmdir(path)
        return
    except OSError:
        pass  # there is something in it
    with contextlib.suppress(OSError):
        if os.path.islink(path):  # put in the folder's place
            os.unlink(path)
            return
        os.chmod(path, 0o700)
        top = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            while names := os.listdir(top):
                for name in names:
                    _remove_entry(name, top)
        finally:
            os.close(top)
        os.rmdir(path)


def _remove_entry(name: str, top: int) -> None:
    if not _is_folder(name, top):
        os.unlink(name, dir_fd=top)
        return
    os.chmod(name, 0o700, dir_fd=top)
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    try:
        for child in os.listdir(inner):
            if _is_folder(child, inner):
                os.chmod(child, 0o700, dir_fd=inner)
                os.rename(child, secrets.token_hex(16), src_dir_fd=inner, dst_dir_fd=top)
            else:
                os.unlink(child, dir_fd=inner)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=top)


def _is_folder(name: str, parent: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
