"""The trusted side of the wall: starts zygotes and workers, keeps every deadline, kills and reaps.

Every wait here has an end. A worker that breaks the protocol, dies or is late raises :class:`WorkerLost`, a value for
the case in hand; a zygote that cannot be started raises :class:`autograder.errors.SandboxError`, which is ours.
"""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import json
import os
import secrets
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from ..errors import SandboxError
from ..model import SandboxInfo
from . import cgroup, view
from .guest import wire
from .limits import BROKEN, PATIENCE, Limits

START_S = 120.0  # importing torch on a cold disk of a busy machine
CONTROL_S = 30.0
NUMPY = frozenset({"numpy"})
TORCH = frozenset({"numpy", "torch", "torchvision"})
CHUNK = 1 << 14  # bytes of one read: most answers are smaller
GLANCE_S = 0.05  # most answers are here by then, so that their clocks need not look into /proc


class Loss(Enum):
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
        self, loss: Loss, *, detail: int = 0, limit_s: float = 0.0, text: str = "", waiting: bool = False
    ) -> None:
        super().__init__(text or loss.name)
        self.loss = loss
        self.detail = detail
        self.limit_s = limit_s
        self.text = text
        self.waiting = waiting


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


class NamespacesRefused(SandboxError):
    """The kernel does not let this process build namespaces."""

    slug = "sandbox-namespaces"


class Zygote:
    """A running zygote. ``cpu_s`` adds up the CPU seconds of its reaped workers.

    Its workers can import the standard library and ``packages``. With ``enclosed`` they live in namespaces of their
    own and see nothing else of the file system; NamespacesRefused where the kernel does not allow that.
    """

    def __init__(
        self, *, torch: bool, packages: frozenset[str] | None = None, enclosed: bool = False, open_devices: bool = False
    ) -> None:
        self.cpu_s = 0.0
        self.enclosed = enclosed
        self._root = tempfile.mkdtemp(prefix="root-") if enclosed else None
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        home = tempfile.gettempdir()
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2",
            "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
        }  # fmt: skip

        command = [sys.executable, "-I", "-X", "utf8", "-c", _BOOTSTRAP]
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            command,
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            start_new_session=True,  # a Ctrl-C in the terminal is for the grader, which ends us in good order
        )
        theirs.close()
        try:
            shown = view.of_packages(packages or (TORCH if torch else NUMPY))
            seen = {"paths": shown.paths, "covered": shown.covered, "root": self._root, "open_devices": open_devices}
            answer, _ = self._request({"op": "start", "torch": torch, "view": seen}, timeout_s=START_S)
            if "refused" in answer:
                raise NamespacesRefused(f"This machine refuses namespaces: {answer['refused']}.")
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The process that forks the workers: inside namespaces the only child of the one that was started."""
        started = int(self._process.pid)
        if self.enclosed:
            try:
                with open(f"/proc/{started}/task/{started}/children", encoding="ascii") as file:
                    return int(file.read().split()[0])
            except (OSError, IndexError):
                pass  # it has ended
        return started

    def spawn(self, limits: Limits, subtree: cgroup.Subtree | None = None) -> ForkedWorker:
        """Fork a worker, in a cgroup below ``subtree``; SandboxError when the zygote is gone."""
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        scratch = None if self.enclosed else tempfile.mkdtemp(prefix="scratch-")
        try:
            request = {"op": "spawn", "limits": dataclasses.asdict(limits), "scratch": scratch}
            answer, descriptors = self._request(request, [theirs.fileno(), output_end])
        except BaseException:
            ours.close()
            os.close(output)
            if scratch is not None:
                remove_folder(scratch)
            raise
        finally:
            theirs.close()
            os.close(output_end)
        worker = ForkedWorker(self, answer["pid"], descriptors[0], ours, output, scratch, limits)
        if subtree is not None:
            worker.bound(subtree)
        return worker

    def reap(self, pid: int) -> Usage:
        answer, _ = self._request({"op": "reap", "pid": pid})
        usage = Usage(
            os.waitstatus_to_exitcode(answer["status"]), answer["user_s"] + answer["system_s"], answer["peak_kib"]
        )
        self.cpu_s += usage.cpu_s
        return usage

    def close(self) -> None:
        """End the zygote and with it every worker."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._root is not None:
            remove_folder(self._root)  # what was built on it was seen by the zygote alone

    def _request(
        self, request: dict[str, Any], descriptors: list[int] | None = None, *, timeout_s: float = CONTROL_S
    ) -> tuple[dict[str, Any], list[int]]:
        try:
            self._control.settimeout(timeout_s)
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors or [])
            text, received, _, _ = socket.recv_fds(self._control, 65536, 1)
        except OSError as exc:
            self._process.kill()  # its answer may still come, and would be taken for that to the next request
            raise SandboxError(f"The zygote did not answer within {timeout_s:g} s: {exc}.", slug="zygote-lost") from exc
        if not text:
            raise SandboxError(
                "The zygote ended. Run `autograder doctor` to see whether numpy and torch can be imported.",
                slug="zygote-lost",
            )
        return json.loads(text), received


# The control socket arrives as standard input, because it needs no name and no number that way.
_BOOTSTRAP = """
import os
os.dup2(0, 3)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
from autograder.sandbox.zygote import main
main()
"""


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
            raise self._violation("a frame that answers nothing")
        data = memoryview(b"".join(pieces))
        clock = Clock(self._pid, limit_s)
        while data:
            try:
                data = data[self._connection.send(data) :]
            except BlockingIOError:
                self._wait(clock, writing=True)
            except OSError:
                raise self._ended() from None

    def receive(self, *, limit_s: float, clock: Clock | None = None) -> Frame:
        """Receive one frame within ``limit_s`` (or within what is left of ``clock``)."""
        clock = clock or Clock(self._pid, limit_s)
        try:
            head = bytes(self._exactly(wire.HEAD.size, clock))
            kind, header_size, body_size = wire.unpack_head(head, max_body=self.limits.result_mib * 1024 * 1024)
            header = wire.unpack_header(bytes(self._exactly(header_size, clock)))
            body = self._exactly(body_size, clock)
        except wire.WireError as exc:
            raise self._violation(str(exc)) from None
        if not self._received:
            self._drain()
        return Frame(kind, header, body)

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
        """CPU seconds that the worker used so far, of its own and of all its threads."""
        if self._usage is not None:
            return self._usage.cpu_s
        try:
            with open(f"/proc/{self._pid}/stat", encoding="ascii", errors="replace") as file:
                ticks = file.read().rpartition(")")[2].split()[11:13]  # the name before it may hold anything
        except OSError:
            return 0.0
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def violation(self, text: str) -> WorkerLost:
        """Kill the worker because of what it sent; return the loss to raise."""
        return self._violation(text)

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

    def kill(self) -> Usage:
        """End the worker, always with SIGKILL: no exit handler, ``__del__`` or thread of it may still run."""
        return self._finish()

    def _violation(self, text: str) -> WorkerLost:
        self._finish()
        return WorkerLost(Loss.PROTOCOL, text=text)

    def _late(self, clock: Clock) -> WorkerLost:
        """End a worker that has passed its deadline."""
        usage = self._finish()
        return WorkerLost(Loss.TIMED_OUT, limit_s=clock.limit_s, waiting=usage.cpu_s < clock.limit_s / 2)

    def _ended(self) -> WorkerLost:
        """Say how a worker that ended by itself did so."""
        # A worker that only closed its connection is still running: then our own kill is what the status shows.
        running = not self._is_gone(1.0)
        usage = self._finish() if running else self._collect()
        if running:
            return WorkerLost(Loss.PROTOCOL, text="the connection was closed")
        if usage.status < 0:
            number = -usage.status
            if self._ran_out_of_memory():
                return WorkerLost(Loss.MEMORY)
            if number == signal.SIGXCPU or (number == signal.SIGKILL and usage.cpu_s >= self.limits.cpu_s):
                return WorkerLost(Loss.CPU, limit_s=self.limits.cpu_s)
            return WorkerLost(Loss.SIGNALLED, detail=number)
        if usage.status == BROKEN:
            return WorkerLost(Loss.PROTOCOL, text="the worker's own loop was broken")
        return WorkerLost(Loss.EXITED, detail=usage.status)

    def _ran_out_of_memory(self) -> bool:
        return False

    @abc.abstractmethod
    def _is_gone(self, wait_s: float) -> bool:
        """Whether the process ends by itself within ``wait_s`` seconds."""

    @abc.abstractmethod
    def _finish(self) -> Usage:
        """Kill the worker and what it started, and collect it; a second time do nothing."""

    @abc.abstractmethod
    def _collect(self) -> Usage:
        """Wait for a process that has ended, and give back all that it held."""


class ForkedWorker(Worker):
    """A worker that a zygote forked, on Linux."""

    def __init__(
        self,
        zygote: Zygote,
        number: int,
        pidfd: int,
        connection: socket.socket,
        output: int,
        scratch: str | None,
        limits: Limits,
    ) -> None:
        super().__init__(_pid_of(pidfd) or number, connection, limits)
        self._zygote = zygote
        self._number = number  # as the zygote counts, in its own pid namespace
        self._pidfd = pidfd
        self._output_end = output
        self._scratch = scratch
        self._cgroup: cgroup.Cgroup | None = None
        self._out_of_memory = False
        os.set_blocking(output, False)
        self._poll = select.poll()
        self._poll.register(output, select.POLLIN)
        self._poll.register(pidfd, select.POLLIN)

    def bound(self, subtree: cgroup.Subtree) -> None:
        """Put the worker into a cgroup of its own, before it is given anything to run."""
        made = subtree.make(self.limits) if self._pid else None
        if made is not None:
            try:
                made.admit(self._pid)
                self._cgroup = made
            except OSError:  # it has ended already, or the kernel refuses
                made.remove()

    def _wait(self, clock: Clock, *, writing: bool) -> None:
        poll = self._poll
        poll.register(self._connection, select.POLLOUT if writing else select.POLLIN)
        while True:
            wait_s = clock.wait_s()
            if wait_s <= 0:
                raise self._late(clock)
            ready = dict(poll.poll(wait_s * 1000))
            if self._output_end in ready and not self._drain():
                poll.unregister(self._output_end)
            if self._connection.fileno() in ready:
                return
            if self._pidfd in ready:
                if self._readable():
                    return
                raise self._ended()

    def _drain(self) -> bool:
        for _ in range(64):  # bounded: a flood is drained again at the next turn
            try:
                data = os.read(self._output_end, 1 << 16)
            except BlockingIOError:
                return True
            if not data:
                return False
            self._print(data)
        return True

    def _ran_out_of_memory(self) -> bool:
        return self._out_of_memory

    def _is_gone(self, wait_s: float) -> bool:
        ended = select.poll()
        ended.register(self._pidfd, select.POLLIN)
        return bool(ended.poll(wait_s * 1000))

    def _finish(self) -> Usage:
        if self._usage is not None:
            return self._usage
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        return self._collect()

    def _collect(self) -> Usage:
        try:
            self._usage = self._zygote.reap(self._number)
        except SandboxError:
            # A zygote that ended took its workers along. A submission can have ended it, so this is no fault of ours
            # for the case in hand; the next worker comes from a new zygote.
            self._usage = Usage(status=-signal.SIGKILL, cpu_s=0.0, peak_kib=0)
        self._drain()
        os.close(self._pidfd)
        os.close(self._output_end)
        self._connection.close()
        if self._scratch is not None:
            remove_folder(self._scratch)
        if self._cgroup is not None:
            self._out_of_memory = self._cgroup.ran_out_of_memory()
            self._cgroup.remove()
        return self._usage


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


def _pid_of(pidfd: int) -> int:
    """The number of a process in our own pid namespace; 0 where the kernel does not say, or when it is gone."""
    try:
        with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file.read().splitlines())
        return max(0, int(lines["Pid"]))
    except (OSError, KeyError, ValueError):
        return 0


def _queued_s(pid: int) -> float:
    """Seconds that the main thread of ``pid`` was runnable without running; 0 where the kernel does not say."""
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


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


class Supervisor:
    """Owns the zygotes of one grading run: one for each set of packages, started when first needed.

    With ``enclosed`` (the default on Linux) workers live in namespaces; where the kernel refuses, they go without,
    and ``refusal`` says why. Whether that is enough is for ``selftest.py`` to find out and for the caller to decide.
    A ``portable`` one (the default elsewhere) has no zygotes and starts each worker as a program (``portable.py``).
    """

    def __init__(
        self,
        *,
        start: Callable[..., Zygote] = Zygote,
        enclosed: bool = sys.platform == "linux",
        portable: bool = sys.platform != "linux",
    ) -> None:
        self.refusal = ""
        self.subtree = cgroup.delegated()
        self.examined: dict[object, SandboxInfo] = {}
        self._start = start
        self._enclosed = enclosed
        self._portable = portable
        self._zygotes: dict[tuple[bool, frozenset[str] | None, bool], Zygote] = {}

    def spawn(self, limits: Limits, *, torch: bool, packages: frozenset[str] | None = None) -> Worker:
        """Return a fresh worker that can import ``packages``. A zygote that died is replaced once."""
        if self._portable:
            from .portable import FreshWorker

            return FreshWorker(limits, torch=torch)
        key = (torch, packages, limits.gpu)
        zygote = self._zygotes.get(key)
        if zygote is not None:
            try:
                return zygote.spawn(limits, self.subtree)
            except SandboxError:
                zygote.close()
        self._zygotes[key] = self._start_zygote(torch=torch, packages=packages, open_devices=limits.gpu)
        return self._zygotes[key].spawn(limits, self.subtree)

    def _start_zygote(self, *, torch: bool, packages: frozenset[str] | None, open_devices: bool) -> Zygote:
        if self._enclosed and not open_devices:  # a GPU's driver lies outside every private view
            try:
                return self._start(torch=torch, packages=packages, enclosed=True)
            except NamespacesRefused as refused:
                self._enclosed, self.refusal = False, refused.message
        return self._start(torch=torch, packages=packages, open_devices=open_devices)

    def worker_cpu_s(self) -> float:
        """CPU seconds of all workers that were reaped so far."""
        return sum(zygote.cpu_s for zygote in self._zygotes.values())

    def zygote_pids(self) -> list[int]:
        return [zygote.pid for zygote in self._zygotes.values()]

    def close(self) -> None:
        for zygote in self._zygotes.values():
            zygote.close()
        self._zygotes.clear()

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
