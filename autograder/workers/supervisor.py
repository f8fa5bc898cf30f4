"""The trusted side of the wall: starts zygotes and workers, keeps every deadline, kills and reaps.

Every wait here has an end. A worker that breaks the protocol, dies or is late raises :class:`WorkerLost`, a value for
the case in hand; a zygote that cannot be started raises :class:`autograder.errors.SandboxError`, which is ours.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from ..errors import SandboxError
from ..model import SandboxInfo
from ..wall import cgroup, filesystem
from ..wall.limits import Limits
from .subprocess_worker import FreshWorker
from .worker import Clock, Usage, Worker, remove_folder

START_S = 120.0  # importing torch on a cold disk of a busy machine
CONTROL_S = 30.0
NUMPY = frozenset({"numpy"})
TORCH = frozenset({"numpy", "torch", "torchvision"})


class NamespacesRefused(SandboxError):
    """The kernel does not let this process build namespaces."""

    slug = "sandbox-namespaces"


class Zygote:
    """A running zygote. ``cpu_s`` adds up the CPU seconds of its reaped workers.

    Its workers can import the standard library and ``packages``. With ``enclosed`` they live in namespaces of their
    own and see nothing else of the file system; NamespacesRefused where the kernel does not allow that. Without
    ``wait`` it may still be importing: call :meth:`wait_until_ready` before anything else.
    """

    def __init__(
        self,
        *,
        torch: bool,
        packages: frozenset[str] | None = None,
        enclosed: bool = False,
        open_devices: bool = False,
        wait: bool = True,
    ) -> None:
        self.cpu_s = 0.0
        self.enclosed = enclosed
        self._root = tempfile.mkdtemp(prefix="root-") if enclosed else None
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        home = tempfile.gettempdir()
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2",
            # What a step of a training frees serves the next one: glibc would give it back, to fetch it page by page.
            "MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
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
            shown = filesystem.of_packages(packages or (TORCH if torch else NUMPY))
            seen = {"paths": shown.paths, "covered": shown.covered, "root": self._root, "open_devices": open_devices}
            self._send({"op": "start", "torch": torch, "view": seen}, [], timeout_s=START_S)
        except BaseException:
            self.close()
            raise
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the zygote can fork workers; NamespacesRefused and SandboxError close it."""
        try:
            answer, _ = self._receive(timeout_s=START_S)
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
        self._send(request, descriptors or [], timeout_s=timeout_s)
        return self._receive(timeout_s=timeout_s)

    def _send(self, request: dict[str, Any], descriptors: list[int], *, timeout_s: float) -> None:
        try:
            self._control.settimeout(timeout_s)
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        except OSError as exc:
            raise self._lost(exc, timeout_s) from exc

    def _lost(self, exc: OSError, timeout_s: float) -> SandboxError:
        self._process.kill()  # its answer may still come, and would be taken for that to the next request
        return SandboxError(f"The zygote did not answer within {timeout_s:g} s: {exc}.", slug="zygote-lost")

    def _receive(self, *, timeout_s: float) -> tuple[dict[str, Any], list[int]]:
        try:
            self._control.settimeout(timeout_s)
            text, received, _, _ = socket.recv_fds(self._control, 65536, 1)
        except OSError as exc:
            raise self._lost(exc, timeout_s) from exc
        if not text:
            raise SandboxError(
                "The zygote ended. Run `autograder doctor` to see whether numpy and torch can be imported.",
                slug="zygote-lost",
            )
        return json.loads(text), received


# The control socket arrives as standard input, because it needs no name and no number that way.
_BOOTSTRAP = """
import gc, os
gc.disable()
os.dup2(0, 3)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
from autograder.workers.zygote import main
main()
os._exit(0)
"""


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

    def kill(self) -> Usage:
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


def _pid_of(pidfd: int) -> int:
    """The number of a process in our own pid namespace; 0 where the kernel does not say, or when it is gone."""
    try:
        with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file.read().splitlines())
        return max(0, int(lines["Pid"]))
    except (OSError, KeyError, ValueError):
        return 0


class Supervisor:
    """Owns the zygotes of one grading run: one for each set of packages, started when first needed.

    With ``enclosed`` (the default on Linux) workers live in namespaces; where the kernel refuses, they go without,
    and ``refusal`` says why. Whether that is enough is for ``selftest.py`` to find out and for the caller to decide.
    A ``portable`` one (the default elsewhere) has no zygotes and starts each worker as a program
    (``subprocess_worker.py``).
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
        self._early: dict[tuple[bool, frozenset[str] | None], Zygote] = {}

    def start_early(self, *, torch: bool, packages: frozenset[str] | None = None) -> None:
        """Start the zygote of these workers, which need no GPU, and do not wait for it.

        It imports numpy and torch while this process imports what it needs itself.
        """
        if not self._portable and (torch, packages, False) not in self._zygotes:
            early = self._start(torch=torch, packages=packages, enclosed=self._enclosed, wait=False)
            self._early[torch, packages] = early

    def spawn(self, limits: Limits, *, torch: bool, packages: frozenset[str] | None = None) -> Worker:
        """Return a fresh worker that can import ``packages``. A zygote that died is replaced once."""
        if self._portable:
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
        early = None if open_devices else self._early.pop((torch, packages), None)
        try:
            if early is not None:
                early.wait_until_ready()
                return early
            if self._enclosed and not open_devices:  # a GPU's driver lies outside every private view
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
        for zygote in (*self._zygotes.values(), *self._early.values()):
            zygote.close()
        self._zygotes.clear()
        self._early.clear()

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
