"""The zygote: a process that imports numpy (and torch) once and forks a worker for each submission.

It contains no secrets: no cases, no reference, no submission. It serves one control socket (descriptor 3). Each request
is one JSON packet::

    {"op": "enter", "view": {...}}                      -> {"ready": true, "no_own_user": why} or {"refused": why}
    {"op": "spawn", "limits": {...}, "scratch": path, "uid": n}   + 2 descriptors -> {"pid": n, "gpu": why} + pidfd
    {"op": "reap", "pid": n}              -> {"status": n, "user_s": x, "system_s": x, "peak_kib": n, "exceeded": what}

"spawn" and "reap" have a ``number``, which their answer has too: who sent a request may be dead before it is answered.
``gpu`` says why a worker for a GPU could not start CUDA; "" if it could, or has none.

A submission never passes through the zygote: later workers would have an earlier student's code in their memory.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import dataclasses
import gc
import importlib.machinery
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Collection, Sequence
from types import ModuleType
from typing import Any

from ..wall import jail, namespaces, seccomp, shared_system
from ..wall.gpu import Gpu
from ..wall.limits import BROKEN, Limits

CONTROL = 3
READY = "ready"
CUDA_START_S = 90  # for the libraries from a cold disk
_HUGE = 1 << 21
_MADV_COLLAPSE = 25  # asm-generic/mman-common.h, from Linux 6.1


def main() -> None:
    """Import numpy, and torch if it is on the command line, then serve the control socket until it closes."""
    parent = os.getppid()
    jail.die_with_parent(parent)
    jail.adopt_orphans()
    jail.forget_memory_bound()
    _warm_up(torch="torch" in sys.argv[1:])
    jail.neutral_command_line()
    alive = _Alive(parent)
    with contextlib.suppress(ConnectionError):  # the grader was killed before it had read an answer
        _serve(socket.socket(fileno=CONTROL), alive)
    for pid in list(alive):
        _reap(pid, alive)


@dataclasses.dataclass(slots=True)
class _Child:
    """A worker that is not reaped yet. ``exceeded`` is the limit for which the watch has ended it."""

    watch: shared_system.Watch | None = None
    exceeded: str = ""


class _Alive(dict[int, _Child]):
    """The workers that are not reaped yet, by process number, and when to look at them again."""

    def __init__(self, parent: int) -> None:
        super().__init__()
        self._parent = parent
        self._next_look_s = 0.0

    def look_until(self, control: socket.socket) -> None:
        """Wait until a request arrives. Look at every watched worker meanwhile, twenty times a second."""
        ready = select.poll()
        ready.register(control, select.POLLIN)
        while watches := [child.watch for child in self.values() if child.watch is not None and not child.exceeded]:
            wait_s = self._next_look_s - time.monotonic()
            if wait_s > 0 and ready.poll(wait_s * 1000):
                return
            for watch in watches:
                self._look(watch)
            self._next_look_s = time.monotonic() + shared_system.LOOK_S
            if ready.poll(0):
                return

    def _look(self, watch: shared_system.Watch) -> None:
        """Look at one worker, and end it if it exceeds a limit."""
        exceeded = watch.look()
        if watch.uid is not None:
            jail.die_with_parent(self._parent)  # the look at its open files clears it
        if exceeded:
            self[watch.pid].exceeded = exceeded
            with contextlib.suppress(ProcessLookupError):
                os.kill(watch.pid, signal.SIGKILL)  # the number is not used again before we wait for it


def _serve(control: socket.socket, alive: _Alive) -> None:
    """Answer requests until the control socket closes, and look at the workers meanwhile.

    ``alive`` are the workers that are not reaped yet, by process number.
    """
    walls = jail.Walls(home=None, readable=())
    while True:
        alive.look_until(control)
        text, descriptors, _, _ = socket.recv_fds(control, 65536, 2)
        if not text:
            break
        request = json.loads(text)
        if request["op"] == "enter":
            walls = _go_inside(control, **request["view"])
            _share_memory(walls)
            why = _no_own_user(walls, request["scratch"])
            control.send(json.dumps({"ready": True, "no_own_user": why}).encode())
        elif request["op"] == "spawn":
            _spawn(control, request, descriptors, alive, walls)
        else:
            answer = _reap(request["pid"], alive)
            control.send(json.dumps({**answer, "number": request["number"]}).encode())


def _no_own_user(walls: jail.Walls, scratch: str) -> str:
    """Return why the workers have no user of their own, or "" if each has one."""
    uses_gpu = walls.open_devices or walls.gpu is not None  # its devices may belong to the grader's user
    if walls.home is not None or uses_gpu:
        return "not needed"
    return shared_system.no_own_user([*walls.readable, sys.executable], scratch)


def _warm_up(*, torch: bool) -> None:
    """Import the libraries that submissions use and run them once, so that every fork starts warm.

    Use one thread: after parallel work in the parent, a forked child would hang at its first parallel operation.
    """
    import numpy as np

    from ..guest import __main__ as guest
    from ..guest import one_process  # noqa: F401  # a worker could not read the file

    rng = np.random.default_rng(0)
    m = rng.normal(size=(4, 4))
    np.einsum("ij,jk->ik", m, m)
    np.linalg.eigvalsh(m @ m.T)
    repr(m)
    if torch:
        _warm_up_torch()
    guest.warm_up()
    guest.own_modules()
    if sys.platform == "linux":
        threads = len(os.listdir("/proc/self/task"))
        assert threads == 1, f"the zygote has {threads} threads; a fork would copy their locks"


def _share_memory(walls: jail.Walls) -> None:
    """Compute in advance the data that every worker needs, and arrange the memory so that the workers share it."""
    if seccomp.has_system_call_filter():
        walls.call_filter(1)
    jail.neutral_locale()
    # No collection before it: workers would fill the holes that it leaves, and the kernel would copy those pages.
    gc.freeze()  # the workers' garbage collector does not touch these pages, so they stay shared
    gc.disable()
    gather_into_huge_pages()


def gather_into_huge_pages() -> None:
    """Ask the kernel to collapse this process's memory into huge pages where possible.

    A fork copies a page-table entry for every page, and the end of a worker frees them: 50,000 entries with torch, or
    100 huge ones and the remaining small ones. A write by a worker still copies only a small page.
    """
    if sys.platform != "linux":
        return
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    with open("/proc/self/maps", encoding="ascii", errors="replace") as file:
        regions = [line.split() for line in file]
    for span, rights, *_, inode, name in (region + [""] * (6 - len(region)) for region in regions):
        if rights == "rw-p" and inode == "0" and name in ("", "[heap]"):
            start, end = (int(address, 16) for address in span.split("-"))
            for address in range(-(-start // _HUGE) * _HUGE, end - _HUGE + 1, _HUGE):
                madvise(address, _HUGE, _MADV_COLLAPSE)  # fails on empty ranges and old kernels


def _go_inside(
    control: socket.socket,
    *,
    paths: list[str],
    covered: list[str],
    root: str | None,
    open_devices: bool,
    gpu: dict[str, Any] | None,
) -> jail.Walls:
    """Enter the template namespaces, with a file system that contains only ``paths``, mounted on the folder ``root``.

    If ``root`` is None, use no namespaces. If the kernel refuses, report the reason and end, because the namespaces may
    be incomplete.
    """
    device = None if gpu is None else Gpu(gpu["uuid"], tuple(gpu["nodes"]), tuple(gpu["readable"]))
    walls = jail.Walls(home=None, readable=tuple(paths), open_devices=open_devices, gpu=device)
    if root is None:
        return walls
    counts_tasks = namespaces.keeps_root()
    try:
        shown = [*paths, *(() if device is None else device.shown)]
        home = namespaces.enter(shown, covered, root, die_with_parent=jail.die_with_parent)
    except OSError as exc:
        control.send(json.dumps({"refused": str(exc)}).encode())
        os._exit(0)
    return dataclasses.replace(walls, home=home, counts_tasks=counts_tasks)


def _warm_up_torch() -> None:
    import torch
    import torch.nn.functional as F

    from ..guest.one_process import use_one_process

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.backends.cudnn.allow_tf32 = False  # a GPU then rounds as the CPU does
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
        torch.nn.Linear(8, 2),
    )  # fmt: skip
    for optimizer in (torch.optim.SGD(model.parameters(), lr=0.1), torch.optim.Adam(model.parameters())):
        F.cross_entropy(model(torch.ones(2, 1, 4, 4)), torch.tensor([0, 1])).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()
    ready: bool = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    assert not ready, "CUDA in the zygote would forbid CUDA in its workers"
    use_one_process()


def _spawn(
    control: socket.socket, request: dict[str, Any], descriptors: list[int], alive: _Alive, walls: jail.Walls
) -> None:
    connection, output = descriptors
    me, limits, scratch, uid = os.getpid(), Limits(**request["limits"]), request["scratch"], request["uid"]
    # Opened here, because the worker may put another folder into its place.
    has_folder = scratch is not None and not walls.open_devices  # a worker with a GPU has no limits of this kind
    folder = shared_system.open_folder(scratch) if has_folder else None
    answer, ready = os.pipe() if walls.gpu is not None else (None, None)
    pid = walls.fork()
    if pid == 0:
        try:
            _work(me, connection, output, walls, limits, scratch, uid, ready)
        except BaseException:
            traceback.print_exc()  # to the worker's output, which staff can read
        finally:
            os._exit(BROKEN)  # never return to the zygote's loop
    for descriptor in (connection, output, *(() if ready is None else (ready,))):
        os.close(descriptor)
    why = "" if answer is None else _started(answer)
    is_watched = has_folder or walls.counts_tasks or walls.gpu is not None
    tasks = limits.all_tasks if walls.task_limit(limits, uid) is None else None
    watch = shared_system.Watch(pid, folder, scratch or "", limits, uid, tasks) if is_watched else None
    alive[pid] = _Child(watch)
    pidfd = os.pidfd_open(pid)
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [pidfd]))]
    reply = {"pid": pid, "gpu": why, "number": request["number"]}
    control.sendmsg([json.dumps(reply).encode()], ancillary)
    os.close(pidfd)


def _started(answer: int) -> str:
    """Wait until a worker has started CUDA. Return why it could not, or ""."""
    with open(answer, "rb") as pipe:
        waiting = select.poll()
        waiting.register(pipe, select.POLLIN)
        if not waiting.poll(CUDA_START_S * 1000):
            return f"not ready after {CUDA_START_S} s"
        said = os.read(pipe.fileno(), 4096).decode("utf-8", "replace")
    return "" if said == READY else said or "the worker ended"


def use_cuda() -> None:
    """Train a small model on the GPU for one step, and copy a result back. The first time, this starts CUDA.

    It needs what submissions will need, so that the layers of the wall are tried with it, and a submission does not
    wait for the libraries.
    """
    import torch
    import torch.nn.functional as F

    device = torch.device("cuda")
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(8, 2)).to(device)
    optimizer = torch.optim.Adam(model.parameters())
    loss = F.cross_entropy(model(torch.ones(2, 1, 4, 4, device=device)), torch.tensor([0, 1], device=device))
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    if float((2 * torch.ones(4, device=device)).sum()) != 8.0:
        raise RuntimeError("the GPU computes wrongly")
    torch.cuda.empty_cache()


def _work(
    parent: int,
    connection: int,
    output: int,
    walls: jail.Walls,
    limits: Limits,
    scratch: str | None,
    uid: int | None,
    ready: int | None,
) -> None:
    """Become the worker: apply the layers, then serve calls. This function never returns."""
    os.setsid()
    jail.die_with_parent(parent)
    jail.neutral_descriptors(connection, output, ready)
    if ready is None:
        walls.put_on(limits, scratch, uid=uid, parent=parent)
    else:
        try:
            walls.put_on(limits, scratch, uid=uid, parent=parent, use_gpu=use_cuda)
        except BaseException as exc:
            os.write(4, f"{type(exc).__name__}: {exc}"[:1000].encode())
            raise
        os.write(4, READY.encode())
        os.close(4)
    from ..guest.__main__ import serve
    from ..guest.one_process import copy_without_modes
    from ..guest.output import open_streams

    if walls.home is None:
        sys.meta_path.insert(0, ClosedPackages())
        copy_without_modes()
    open_streams()
    gc.enable()
    serve(3, max_result=limits.result_mib * 1024 * 1024, max_handles=limits.handles)


class ClosedPackages:
    """An import finder that reports an unreadable package as missing, if no private view hides it.

    A submission with an optional package catches ImportError, and PermissionError is not an ImportError.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        try:
            found = importlib.machinery.PathFinder.find_spec(fullname, path, target)
            if found is not None and found.has_location and found.origin is not None:
                os.close(os.open(found.origin, os.O_RDONLY))
        except PermissionError:
            later = sys.meta_path[sys.meta_path.index(importlib.machinery.PathFinder) + 1 :]  # the submission's files
            for finder in later:
                if (handed_in := finder.find_spec(fullname, path, target)) is not None:
                    return handed_in
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname) from None
        return None


def _reap(pid: int, alive: _Alive) -> dict[str, Any]:
    """Kill the worker, its process group and its orphans. Return its exit status and usage."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)  # safe: we have not waited for the leader, so its number is not reused
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)  # a worker that has not called setsid is not a group leader
    _, status, usage = os.wait4(pid, 0)
    child = alive.pop(pid)
    if child.watch is not None:
        child.watch.close()
    _kill_orphans(alive)
    return {
        "status": status,
        "user_s": usage.ru_utime,
        "system_s": usage.ru_stime,
        "peak_kib": usage.ru_maxrss,
        "exceeded": child.exceeded,
    }


def _kill_orphans(alive: Collection[int]) -> None:
    """Kill processes that left their worker's group. They became our children when their parent ended."""
    if sys.platform != "linux":
        return
    children = f"/proc/self/task/{os.getpid()}/children"
    while os.path.exists(children):
        with open(children, encoding="ascii") as file:
            strays = [int(pid) for pid in file.read().split() if int(pid) not in alive]
        if not strays:
            return
        for pid in strays:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
