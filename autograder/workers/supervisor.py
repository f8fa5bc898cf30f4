"""Start zygotes and workers from the trusted side, and end them with the supervisor.

Importing this module is cheap, and :meth:`Supervisor.prepare` does not wait. A command can therefore start the zygote
first, and import numpy and pytest while the zygote imports numpy and torch.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import GpuUnavailable, SandboxError
from ..model import Level
from ..wall import cgroup
from ..wall.limits import Limits
from .folders import TemporaryFolder, remove_abandoned
from .own_user import OwnUser
from .spec import WorkerSpec
from .turn import Turn

if TYPE_CHECKING:
    from ..model import SandboxInfo
    from ..wall.gpu import Gpu
    from .forked_worker import ForkedWorker, Kept
    from .gpu_slot import GpuSlot
    from .worker import Usage, Worker

START_S = 120.0  # importing torch on a cold disk of a busy machine
CONTROL_S = 30.0
NUMPY = frozenset({"numpy"})
_Kind = tuple[bool, frozenset[str] | None, bool, Level]
TORCH = frozenset({"numpy", "torch", "torchvision"})

# The zygote receives the control socket as standard input, so that the socket needs no name or descriptor number.
_BOOTSTRAP = """
import gc, os
gc.disable()
os.dup2(0, 3)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
from autograder.workers.zygote import main
main()
os._exit(0)
"""


class NamespacesRefused(SandboxError):
    """The kernel does not allow this process to create namespaces."""

    slug = "sandbox-namespaces"


class Zygote:
    """A zygote, seen from the trusted side. ``cpu_s`` adds up the CPU seconds of its reaped workers.

    Its workers can import the packages of ``spec``. With ``enclosed`` they run in namespaces of their own and see no
    other part of the file system. The constructor starts the process; :meth:`spawn` waits until it is ready.
    ``environment`` is for the libraries, beside the variables that every zygote has. ``gpu`` is the GPU of its workers,
    if any. ``no_own_user`` says, when the zygote is ready, why a worker has not a user of its own; "" if it has. After
    :meth:`share` copies of this process can use the zygote too, one request at a time.
    """

    def __init__(
        self,
        spec: WorkerSpec,
        *,
        enclosed: bool = False,
        environment: Mapping[str, str] | None = None,
        gpu: Gpu | None = None,
    ) -> None:
        self._gpu = gpu
        self.cpu_s = 0.0
        self.enclosed = enclosed
        self.no_own_user = ""
        self._ready = False
        self._owner = os.getpid()
        self._turn: Turn | None = None
        self._requests = 0  # of this process
        self._root: TemporaryFolder | None = None
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = _start(theirs, torch=spec.torch, environment=environment or {})
        try:
            if enclosed:
                self._root = TemporaryFolder("root")
            self._send({"op": "enter", "view": self._view(spec), "scratch": tempfile.gettempdir()})
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The process that forks the workers. With namespaces it is the only child of the started process."""
        started = int(self._process.pid)
        if self.enclosed:
            try:
                with open(f"/proc/{started}/task/{started}/children", encoding="ascii") as file:
                    return int(file.read().split()[0])
            except (OSError, IndexError):
                pass  # the child does not exist yet, or has ended
        return started

    def spawn(
        self, limits: Limits, subtree: cgroup.Subtree | None = None, *, slot: GpuSlot | None = None
    ) -> ForkedWorker:
        """Fork a worker, in a cgroup below ``subtree``. With ``slot`` it has a GPU, and gives it back when it ends.

        Raises:
            GpuUnavailable: The GPU is taken, or CUDA cannot be started.
            NamespacesRefused: The kernel does not allow the namespaces that ``enclosed`` requires.
            SandboxError: The zygote has ended, or does not answer.
        """
        from .forked_worker import ForkedWorker  # here, because it imports numpy

        self._wait_until_ready()
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        scratch = None if self.enclosed else TemporaryFolder("scratch")
        place = None if scratch is None else scratch.path
        user = None if self.no_own_user else OwnUser()
        kept: list[Kept] = [each for each in (scratch, user) if each is not None]
        try:
            if slot is not None:
                slot.acquire()
                kept.append(slot)
            uid = None if user is None else user.uid
            request = {"op": "spawn", "limits": dataclasses.asdict(limits), "scratch": place, "uid": uid}
            timeout_s = CONTROL_S if slot is None else START_S
            answer, descriptors = self._request(request, [theirs.fileno(), output_end], timeout_s=timeout_s)
        except BaseException:
            ours.close()
            os.close(output)
            for each in kept:
                each.remove()
            raise
        finally:
            theirs.close()
            os.close(output_end)
        worker = ForkedWorker(answer["pid"], descriptors[0], ours, output, limits=limits, kept=kept, reap=self.reap)
        if slot is not None:
            _check_gpu(worker, slot, answer["gpu"])
        if subtree is not None:
            worker.bound(subtree)
        return worker

    def reap(self, pid: int) -> Usage:
        """End the worker with this number in the zygote, wait for it, and return its usage."""
        from .worker import Usage

        answer, _ = self._request({"op": "reap", "pid": pid})
        usage = Usage(
            os.waitstatus_to_exitcode(answer["status"]),
            answer["user_s"] + answer["system_s"],
            answer["peak_kib"],
            exceeded=answer["exceeded"],
        )
        self.cpu_s += usage.cpu_s
        return usage

    def share(self) -> None:
        """Let copies of this process, which are forked later, use the zygote; wait until it is ready."""
        self._wait_until_ready()
        if self._turn is None:
            self._turn = Turn()

    def close(self) -> None:
        """End the zygote and all its workers. A copy of the process that started it only leaves it."""
        if self._turn is not None:
            self._turn.close()
            self._turn = None
        if os.getpid() != self._owner:
            self._control.close()
            return
        if not self._ready:  # it has no workers, and would finish importing torch before it noticed the closed socket
            self._process.kill()
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._root is not None:
            self._root.remove()  # only the zygote saw the mounts on it

    def _view(self, spec: WorkerSpec) -> dict[str, Any]:
        """Return the settings for the file system of the workers."""
        from ..wall import filesystem  # here, because its import takes as long as all others together

        shown = filesystem.of_packages(spec.packages or (TORCH if spec.torch else NUMPY))
        return {
            "paths": shown.paths if self.enclosed else filesystem.readable(shown),
            "covered": shown.covered,
            "root": None if self._root is None else self._root.path,
            "open_devices": spec.limits.gpu and self._gpu is None,
            "gpu": None if self._gpu is None else dataclasses.asdict(self._gpu),
        }

    def _wait_until_ready(self) -> None:
        if self._ready:
            return
        answer, _ = self._receive(timeout_s=START_S)
        if "refused" in answer:
            raise NamespacesRefused(f"This machine refuses namespaces: {answer['refused']}.")
        self.no_own_user = answer["no_own_user"]
        self._ready = True

    def _request(
        self, request: dict[str, Any], descriptors: list[int] | None = None, *, timeout_s: float = CONTROL_S
    ) -> tuple[dict[str, Any], list[int]]:
        with contextlib.nullcontext() if self._turn is None else self._turn.taken(timeout_s=START_S):
            self._requests += 1
            number = f"{os.getpid()}-{self._requests}"
            self._send({**request, "number": number}, descriptors)
            while True:
                answer, received = self._receive(timeout_s=timeout_s)
                if answer["number"] == number:
                    return answer, received
                for descriptor in received:  # the answer to a copy that was killed before it read it
                    os.close(descriptor)

    def _kill(self) -> None:
        """Kill the zygote. Only the process that started it waits for it, so its number is not used again before."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)

    def _send(self, request: dict[str, Any], descriptors: list[int] | None = None) -> None:
        try:
            self._control.settimeout(CONTROL_S)
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors or [])
        except OSError as exc:
            self._kill()
            raise SandboxError(f"The zygote takes no request: {exc}.", slug="zygote-lost") from exc

    def _receive(self, *, timeout_s: float) -> tuple[dict[str, Any], list[int]]:
        try:
            self._control.settimeout(timeout_s)
            text, received, _, _ = socket.recv_fds(self._control, 65536, 1)
        except OSError as exc:
            self._kill()  # a late reply would be taken for the reply to the next request
            raise SandboxError(f"The zygote did not answer within {timeout_s:g} s: {exc}.", slug="zygote-lost") from exc
        if not text:
            raise SandboxError(
                "The zygote ended. Run `autograder doctor` to see whether numpy and torch can be imported.",
                slug="zygote-lost",
            )
        return json.loads(text), received


def _check_gpu(worker: ForkedWorker, slot: GpuSlot, why: str) -> None:
    """End a worker that could not start CUDA; otherwise let its time begin.

    Raises:
        GpuUnavailable: with the reason ``why``.
    """
    if why:
        worker.kill()
        raise slot.refusal(why)
    worker.forget_start()


def _start(control: socket.socket, *, torch: bool, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start the process of a zygote, which immediately imports numpy (and torch)."""
    neutral = {
        "PATH": "/usr/bin:/bin", "HOME": tempfile.gettempdir(), "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2",
        # Keep memory that a training step frees for the next step: glibc would return it, and page it in again.
        "MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-c", _BOOTSTRAP, *(["torch"] if torch else [])],
        stdin=control.fileno(),
        stdout=subprocess.DEVNULL,
        env={**neutral, **environment},
        cwd="/",
        start_new_session=True,  # Ctrl-C in the terminal goes to the grader only, which then ends the zygote
    )


class Supervisor:
    """The zygotes of one grading run: one for each set of packages, started when first needed.

    With ``enclosed`` (the default on Linux) workers run in namespaces. If the kernel refuses, they run without
    namespaces, and ``refusal`` contains the reason. ``student/selftest.py`` then tests which layers remain, and the
    caller decides whether they suffice. Workers of the level ``container`` never run in namespaces. A ``portable``
    supervisor (the default on other systems) has no zygotes and starts each worker as a program
    (``subprocess_worker.py``). ``slot`` is the GPU for the workers of the level ``gpu``; it is looked for when the
    first of them is needed.
    """

    def __init__(
        self,
        *,
        start: Callable[..., Zygote] = Zygote,
        enclosed: bool = sys.platform == "linux",
        portable: bool = sys.platform != "linux",
        slot: GpuSlot | None = None,
    ) -> None:
        self._slot = slot
        self.refusal = ""
        self.subtree = cgroup.delegated()
        self.examined: dict[WorkerSpec, SandboxInfo] = {}
        self._start = start
        self._enclosed = enclosed
        self._portable = portable
        self._tidied = False
        self._zygotes: dict[_Kind, Zygote] = {}

    def prepare(self, spec: WorkerSpec) -> None:
        """Start the zygote that :meth:`spawn` will need for ``spec``, without waiting for it."""
        if not self._portable:
            self._zygote_of(spec)
        self._tidy()

    def share(self) -> None:
        """Let copies of this process, which are forked later, use the zygotes; wait until these are ready."""
        for zygote in self._zygotes.values():
            zygote.share()

    def spawn(self, spec: WorkerSpec) -> Worker:
        """Return a new worker. Replace a zygote that has died, once."""
        if self._portable:
            from .subprocess_worker import FreshWorker

            self._tidy()
            return FreshWorker(spec)
        known = _kind(spec) in self._zygotes
        slot = self._slot_of(spec)
        try:
            self.prepare(spec)
            return self._zygote_of(spec).spawn(spec.limits, self.subtree, slot=slot)
        except NamespacesRefused as refused:
            self._enclosed, self.refusal = False, refused.message
        except GpuUnavailable:
            raise
        except SandboxError:
            if not known:
                raise
        self._zygotes.pop(_kind(spec)).close()
        return self._zygote_of(spec).spawn(spec.limits, self.subtree, slot=slot)

    def _slot_of(self, spec: WorkerSpec) -> GpuSlot | None:
        """Return the GPU for workers of the level ``gpu``.

        Raises:
            GpuUnavailable: There is none.
        """
        if spec.level is not Level.GPU:
            return None
        if self._slot is None:
            from .gpu_slot import GpuSlot

            self._slot = GpuSlot()
        return self._slot

    def _zygote_of(self, spec: WorkerSpec) -> Zygote:
        zygote = self._zygotes.get(_kind(spec))
        if zygote is None:
            # For practice on a GPU there is no private view: it does not contain the driver.
            is_open = spec.level is Level.CONTAINER or (spec.level is Level.FULL and spec.limits.gpu)
            slot = self._slot_of(spec)
            more = {} if slot is None else {"gpu": slot.gpu, "environment": slot.environment}
            zygote = self._zygotes[_kind(spec)] = self._start(spec, enclosed=self._enclosed and not is_open, **more)
        return zygote

    def _tidy(self) -> None:
        """Remove the folders of dead graders, once, while the first zygote starts."""
        if not self._tidied:
            self._tidied = True
            remove_abandoned()

    def devices(self, spec: WorkerSpec) -> tuple[str, ...]:
        """Return the device nodes of the GPU of workers like ``spec``."""
        slot = self._slot_of(spec)
        return () if slot is None else slot.gpu.nodes

    def no_own_user(self, spec: WorkerSpec) -> str:
        """Return why workers like ``spec`` have no user of their own; "" if they have, or need none."""
        zygote = self._zygotes.get(_kind(spec))
        why = "" if zygote is None or zygote.enclosed else zygote.no_own_user
        return f"No own user: {why}." if why else ""

    def worker_cpu_s(self) -> float:
        """Return the CPU seconds of all workers that were reaped."""
        return sum(zygote.cpu_s for zygote in self._zygotes.values())

    def zygote_pids(self) -> list[int]:
        """Return the number of the process that forks the workers, for each zygote."""
        return [zygote.pid for zygote in self._zygotes.values()]

    def close(self) -> None:
        """End every zygote and its workers."""
        for zygote in self._zygotes.values():
            zygote.close()
        self._zygotes.clear()

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _kind(spec: WorkerSpec) -> _Kind:
    """Return the properties that a zygote depends on. Workers of one zygote can differ only in their limits."""
    return spec.torch, spec.packages, spec.limits.gpu, spec.level
