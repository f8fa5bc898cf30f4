"""Limit the memory and tasks of a worker with cgroup v2, where it is available.

Resource limits count address space, and processes per user. A cgroup counts the memory and tasks that a worker uses.
It is an additional layer. It needs a cgroup that was *delegated* to this process: by systemd (``Delegate=yes``), or by
a container that has a writable cgroup of its own. Official grading does not require it.

The kernel's ``Documentation/admin-guide/cgroup-v2.rst`` describes the files and rules, in particular in "Delegation"
and "No Internal Process Constraint".
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from pathlib import Path

from .limits import Limits

CONTROLLERS = frozenset({"memory", "pids"})
OURS = "grader"  # the grader moves itself there: a cgroup can limit its children only if it contains no processes
_INITIAL_NAMESPACE = 0xEFFFFFFB  # PROC_CGROUP_INIT_INO of linux/proc_ns.h: the first cgroup namespace


class Cgroup:
    """The cgroup of one worker.

    Raises:
        OSError: The kernel refuses.
    """

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = folder
        folder.mkdir()
        mib = 1024 * 1024
        wanted = {
            # Scratch files are in memory, too. Pages that the zygote touched before the fork count as the zygote's.
            "memory.max": str((limits.host_mib + limits.scratch_mib) * mib),
            "memory.swap.max": "0",
            "memory.oom.group": "1",
            "pids.max": str(limits.all_tasks),
        }
        for name, value in wanted.items():
            if (folder / name).exists():  # a kernel without swap or without one of the controllers lacks the file
                _write(folder / name, value)

    def admit(self, pid: int) -> None:
        """Move a process into the cgroup, which then counts what the process and its threads allocate."""
        _write(self._folder / "cgroup.procs", str(pid))

    def ran_out_of_memory(self) -> bool:
        """Return whether the kernel has killed the worker because of ``memory.max``."""
        try:
            lines = (self._folder / "memory.events").read_text(encoding="ascii").split("\n")
        except OSError:
            return False
        return any(line.startswith("oom_kill ") and line != "oom_kill 0" for line in lines)

    def remove(self) -> None:
        """Kill the remaining processes and remove the cgroup. Call it after waiting for the worker."""
        with contextlib.suppress(OSError):
            _write(self._folder / "cgroup.kill", "1")
        _remove(self._folder)


class Subtree:
    """A cgroup that was delegated to this process. It creates a child cgroup for each worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count()
        for left in folder.glob("worker-*-*"):  # a killed grader left it behind
            if not Path(f"/proc/{left.name.split('-')[1]}").exists():
                _remove(left)

    def make(self, limits: Limits) -> Cgroup | None:
        """Return a cgroup with these limits, or None if the kernel refuses."""
        folder = self.folder / f"worker-{os.getpid()}-{next(self._numbers)}"
        try:
            return Cgroup(folder, limits)
        except OSError:
            _remove(folder)
            return None


def delegated(process: Path = Path("/proc/self")) -> Subtree | None:
    """Return the subtree that was delegated to this process, or None if there is none.

    All processes in it (this one and those that started it) move into a child cgroup ``grader``. ``process`` is the
    folder in ``/proc`` that describes this process.
    """
    try:
        folder = _own_folder(process) if sys.platform == "linux" else None
        if folder is None:
            return None
        if folder.name == OURS and _controllers(folder.parent / "cgroup.subtree_control"):
            folder = folder.parent  # an earlier grader has already moved its processes
        if not _controllers(folder / "cgroup.controllers") or not _is_handed_over(folder, process):
            return None
        _enable(folder)
        return Subtree(folder)
    except (OSError, ValueError):
        return None


def _own_folder(process: Path) -> Path | None:
    """Return the folder of this process's cgroup, or None without cgroup v2."""
    own = [line[3:] for line in (process / "cgroup").read_text().splitlines() if line.startswith("0::")]
    for line in (process / "mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        if own and after.split()[0] == "cgroup2":
            root, mounted = before.split()[3:5]
            if own[0] == root or own[0].startswith(root.rstrip("/") + "/"):
                return Path(mounted) / own[0].removeprefix(root).lstrip("/")
    return None


def _controllers(file: Path) -> frozenset[str]:
    return CONTROLLERS & frozenset(file.read_text(encoding="ascii").split())


def _is_handed_over(folder: Path, process: Path) -> bool:
    """Return whether this cgroup is delegated to us. Root can write everywhere, so root needs an explicit mark."""
    needed = (folder, folder / "cgroup.procs", folder / "cgroup.subtree_control")
    if not (folder / "cgroup.type").exists() or not all(os.access(path, os.W_OK) for path in needed):
        return False  # the root cgroup of the machine has no type
    if os.getuid() != 0 or (process / "ns" / "cgroup").stat().st_ino != _INITIAL_NAMESPACE:
        return True
    for name in ("trusted.delegate", "user.delegate"):  # systemd sets one of these
        with contextlib.suppress(OSError):
            return os.getxattr(folder, name) == b"1"
    return False


def _enable(folder: Path) -> None:
    control = folder / "cgroup.subtree_control"
    wanted = _controllers(folder / "cgroup.controllers")
    if _controllers(control) >= wanted:
        return
    keeper = folder / OURS
    keeper.mkdir(exist_ok=True)
    for pid in (folder / "cgroup.procs").read_text(encoding="ascii").split():
        with contextlib.suppress(ProcessLookupError):  # it has ended in the meantime
            _write(keeper / "cgroup.procs", pid)
    _write(control, " ".join(f"+{name}" for name in sorted(wanted)))


def _write(file: Path, text: str) -> None:
    with open(file, "w", encoding="ascii") as opened:
        opened.write(text)


def _remove(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()
