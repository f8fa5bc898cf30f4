"""The sandbox layers that a worker applies to itself after the fork and before it receives any byte of a submission.

The order matters, because each layer removes rights that earlier layers need: own session and process group, death
with the parent, three neutral descriptors, own mounts (``namespaces.py``), a neutral environment, no capabilities,
resource limits, no new privileges, Landlock, seccomp. ``student/selftest.py`` tests the layers from inside a worker.
"""

from __future__ import annotations

import ctypes
import functools
import locale
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import landlock, namespaces, seccomp, shared_system
from .gpu import OWN_NAMES, Gpu
from .libc import checked, libc
from .limits import CUDA_FILES, Limits

USER = "student"  # getpass.getuser() reads it; there are no accounts
UTF_8 = "C.UTF-8"
_CATEGORIES = (
    locale.LC_CTYPE, locale.LC_COLLATE, locale.LC_MESSAGES, locale.LC_MONETARY, locale.LC_NUMERIC, locale.LC_TIME,
)  # fmt: skip
# Not all of /proc/self: its mountinfo, mounts and cgroup name folders of the host, its net and ns lead elsewhere.
_OWN = ("maps", "smaps", "statm", "status", "stat", "fd", "limits", "io", "sched", "auxv", "comm")
PROC = (
    *(f"/proc/self/{name}" for name in _OWN),
    "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/sys/devices/system/cpu",
)  # fmt: skip
SIGNALS = 256  # that may wait; the usual limit is some ten thousand
DEVICES = tuple(f"/dev/{name}" for name in namespaces.DEVICES)


@dataclass(frozen=True, slots=True)
class Walls:
    """The settings that a zygote uses for the layers of its workers.

    ``home`` is a descriptor of the template's pid namespace, or None without namespaces. ``readable`` lists the paths
    that a worker may read. ``gpu`` is the GPU that its workers may use, if any. ``open_devices`` (for practice on any
    GPU) turns off Landlock and seccomp, because the driver needs device files and system calls that they forbid.
    ``counts_tasks`` has the zygote count the threads of its workers, because the kernel's limit does not hold for them.
    """

    home: int | None
    readable: tuple[str, ...]
    open_devices: bool = False
    counts_tasks: bool = False
    gpu: Gpu | None = None

    def fork(self) -> int:
        """Fork. With namespaces the child is process 1 of its own pid namespace."""
        return os.fork() if self.home is None else namespaces.fork_into_own_pid_namespace(self.home)

    def put_on(
        self,
        limits: Limits,
        scratch: str | None,
        *,
        uid: int | None = None,
        parent: int = 0,
        use_gpu: Callable[[], None] | None = None,
    ) -> None:
        """Apply every layer that this machine supports, in the worker.

        Without namespaces ``scratch`` is its folder, and ``uid`` its own user, if root can give it one. ``use_gpu``
        computes on the GPU: first to start CUDA, behind the layers that hold for later threads only, and again behind
        all of them.
        """
        if self.home is not None:
            namespaces.own_mounts(limits.scratch_mib, self.readable)
        box = namespaces.BOX if self.home is not None or scratch is None else scratch
        if uid is not None:
            shared_system.become(uid, box, die_with_parent=die_with_parent, parent=parent)
        neutral_surroundings(box)
        if self.gpu is not None:
            os.environ.update(self.gpu.environment())
        tasks, core = self.task_limit(limits, uid), int(self.home is None)
        if sys.platform != "linux":
            limit_resources(limits, tasks=tasks, core=core)
            return
        drop_capabilities()
        if self.gpu is None:
            limit_resources(limits, tasks=tasks, core=core)
        no_new_privileges(is_watched=self.home is None)
        if self.open_devices:
            return
        self._close_files(box)
        if self.gpu is not None and use_gpu is not None:
            use_gpu()
            limit_resources(limits, tasks=tasks, core=core)
            limit_data(limits)
        self._filter_calls()
        if use_gpu is not None:
            use_gpu()

    def task_limit(self, limits: Limits, uid: int | None) -> int | None:
        """Return the limit of RLIMIT_NPROC, or None. It counts all processes of a user, on the whole machine.

        Therefore a worker gets one only if its user is its own. The watch counts the threads of the others, and of no
        more: it looks later than the thread was started, and another function may be running by then.
        """
        if self.counts_tasks:
            return None
        if self.home is not None:
            return limits.all_tasks + 3  # the zygote and its relay count in our user namespace, too
        return None if uid is None else limits.all_tasks

    def _close_files(self, box: str) -> None:
        writable = [box, "/dev/null", *(() if self.home is None else ("/tmp", "/dev/shm"))]
        if not landlock.landlock_abi():
            return
        readable = [*self.readable, *PROC, *DEVICES]
        folders = _module_folders(self.readable)
        if self.gpu is None:
            landlock.restrict_files(readable, folders, writable)
        else:
            readable += self.gpu.readable
            landlock.restrict_files(readable, folders, writable, devices=self.gpu.nodes, named=[OWN_NAMES])

    def _filter_calls(self) -> None:
        if seccomp.has_system_call_filter():
            seccomp.filter_system_calls(self.call_filter(os.getpid()))

    def call_filter(self, pid: int) -> bytes:
        """Return the program of the system-call filter. A zygote computes it once, and its workers share it."""
        return seccomp.system_call_filter(pid, shares_files=self.home is None, gpu=self.gpu is not None)


def _module_folders(readable: Sequence[str]) -> Sequence[str]:
    """Return the folders that Python searches for modules and that hold something readable.

    An editable install adds the folder of a repository, whose names are none of a submission's business.
    """
    holding = {*readable, *map(os.path.dirname, readable)}
    return [path for path in sys.path if path and os.path.isdir(path) and os.path.normpath(path) in holding]


# linux/prctl.h
_PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent ends; end at once if ``parent`` has ended already."""
    if sys.platform != "linux":
        return  # on other systems a worker ends when its socket closes
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() not in (0, parent):  # 0: the parent is outside our pid namespace
        os._exit(96)


def adopt_orphans() -> None:
    """Make this process the parent of orphaned descendants, so that it can kill and reap them."""
    if sys.platform == "linux":
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def drop_capabilities() -> None:
    """Drop every capability from every set, for this process and its children."""
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        last = int(file.read())
    for capability in range(last + 1):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    checked(libc.capset(header, bytes(24)), "capset")


def no_new_privileges(*, is_watched: bool = False) -> None:
    """Forbid core dumps, access to our memory (``dumpable``), and gaining privileges by running a program.

    A zygote that watches the open files of the process needs ``dumpable``.
    """
    libc.prctl(PR_SET_DUMPABLE, int(is_watched), 0, 0, 0)
    checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def limit_resources(limits: Limits, *, tasks: int | None = None, core: int = 0) -> None:
    """Apply the rlimits of ``limits`` to this process and its children.

    ``tasks`` bounds the processes of its user. ``core`` is the bound of a core dump in bytes: 1 allows none and, unlike
    0, forbids also a dump to a program (core(5)), which ``dumpable`` allows.

    The limit on address space is added to the space that this process has mapped (gigabytes in a torch zygote), and the
    same to its private memory: otherwise it could give libraries back that it does not need, and take as much.
    """
    mib = 1024 * 1024
    linux = sys.platform == "linux"  # other systems count address space differently, and have no /proc
    if linux and not limits.gpu:
        _limit(resource.RLIMIT_AS, _mapped_and_data_bytes()[0] + limits.memory_mib * mib)
        limit_data(limits)
    started_s = time.process_time() if limits.gpu else 0.0  # what the start of CUDA took is not the submission's
    cpu = max(1, round(started_s + limits.cpu_s + limits.load_s))  # the guest lowers it when the submission is loaded
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))  # the hard limit kills a process that ignores SIGXCPU
    _limit(resource.RLIMIT_FSIZE, limits.file_mib * mib)
    _limit(resource.RLIMIT_NOFILE, max(limits.open_files, CUDA_FILES) if limits.gpu else limits.open_files)
    _limit(resource.RLIMIT_CORE, core)
    _limit(resource.RLIMIT_MEMLOCK, 0)
    if linux:
        _limit(resource.RLIMIT_SIGPENDING, SIGNALS)  # the kernel counts those that wait in all processes of the user
    _limit(resource.RLIMIT_STACK, 8 * mib)
    if tasks is not None:
        _limit(resource.RLIMIT_NPROC, tasks)


def limit_data(limits: Limits) -> None:
    """Bound the private memory that this process can write to.

    With a GPU it is the only bound: CUDA reserves address space without the right to write, or as a mapping of its
    device; neither counts here.
    """
    _limit(resource.RLIMIT_DATA, _mapped_and_data_bytes()[1] + (limits.host_mib << 20))


def forget_memory_bound() -> None:
    """Lift the bound of a case that runs in the grader while it starts this process."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (bound, bound))


def _mapped_and_data_bytes() -> tuple[int, int]:
    """Return the bytes that this process has mapped, and those of them that are private and can be written to."""
    with open("/proc/self/statm", encoding="ascii") as file:
        mapped, *_, data, _ = file.read().split()
    return int(mapped) * resource.getpagesize(), int(data) * resource.getpagesize()


def neutral_descriptors(connection: int, output: int, ready: int | None = None) -> None:
    """Keep descriptors 0 (empty input), 1 and 2 (the output pipe), 3 (the connection), and 4 (``ready``), if any."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0, inheritable=False)
    os.dup2(output, 1, inheritable=False)
    os.dup2(output, 2, inheritable=False)
    os.dup2(connection, 3, inheritable=False)
    if ready is not None:
        os.dup2(ready, 4, inheritable=False)
    os.closerange(4 if ready is None else 5, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def neutral_command_line() -> None:
    """Overwrite the command line of this process and of those that it will fork, in Python and in the kernel's view.

    It names the folder of the grader and our modules.
    """
    sys.argv[:] = sys.orig_argv[:] = [""]
    if sys.platform == "linux":
        with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        start, end = int(fields[45]), int(fields[46])  # arg_start and arg_end of proc_pid_stat(5)
        ctypes.memmove(start, b"python".ljust(end - start, b"\0"), end - start)


def neutral_surroundings(scratch: str) -> None:
    """Change to the folder ``scratch``, and replace the environment by a neutral one."""
    os.chdir(scratch)
    os.environ.clear()
    os.environ.update(HOME=scratch, TMPDIR=scratch, USER=USER, PATH="/usr/bin:/bin", OMP_NUM_THREADS="1")
    os.environ["LANG"] = neutral_locale()
    if "tempfile" in sys.modules:  # it may have cached the zygote's folder
        sys.modules["tempfile"].tempdir = None  # type: ignore[attr-defined]


@functools.cache
def neutral_locale() -> str:
    """Return ``C.UTF-8`` if this process can use that locale, else ``C``, which every system has.

    A zygote calls this in its own view of the file system, and its workers know the answer.
    """
    current = [locale.setlocale(category) for category in _CATEGORIES]
    try:
        locale.setlocale(locale.LC_ALL, UTF_8)
    except locale.Error:
        return "C"
    for category, name in zip(_CATEGORIES, current, strict=True):
        locale.setlocale(category, name)
    return UTF_8
