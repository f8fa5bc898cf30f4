"""A zygote, seen from the trusted side: start it, have it fork workers, end it.

Importing this module is cheap, because a command starts a zygote before it imports numpy and pytest itself.
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
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import SandboxError
from ..wall import cgroup
from ..wall.limits import Limits
from .folders import TemporaryFolder
from .own_user import OwnUser
from .spec import WorkerSpec
from .turn import Turn

if TYPE_CHECKING:
    from ..wall.gpu import Gpu
    from .forked_worker import ForkedWorker, Kept
    from .gpu_slot import GpuSlot
    from .worker import Usage

START_S = 120.0  # importing torch on a cold disk of a busy machine
CONTROL_S = 30.0
NUMPY = frozenset({"numpy"})
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
