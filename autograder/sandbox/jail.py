"""The layers that a worker puts around itself after the fork and before it sees a byte of a submission.

Built so far: own session and process group, death with the parent, resource limits, no environment, own scratch
folder, three neutral descriptors. Each layer is one function, and :data:`LAYERS` names them for reports. Namespaces,
a private view of the file system, Landlock and seccomp belong between ``limit_resources`` and the first frame, in
this module, in the order of ``docs/explanation/journey.md``; until they are here, a report does not list them.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

from .limits import Limits

LAYERS = (
    "separate process",
    "process group killed at the end",
    "dies with its parent",
    "resource limits",
    "no environment, arguments or open files",
    "own scratch folder",
)


def missing_layers() -> tuple[str, ...]:
    """Name the layers that this platform cannot put on. Without them grading is practice only."""
    return () if sys.platform == "linux" else ("dies with its parent", "no environment, arguments or open files")


_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent ends; end at once if ``parent`` has ended already."""
    if sys.platform != "linux":
        return  # the socket's end of file is what ends a worker there
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() not in (0, parent):  # 0: the parent is outside our pid namespace
        os._exit(96)


def adopt_orphans() -> None:
    """Make this process the parent of every grandchild whose parent ends, so that it can be killed and reaped."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def limit_resources(limits: Limits) -> None:
    """Apply the rlimits of ``limits`` to this process and whatever it starts.

    The address space is counted on top of what this process holds now (a torch zygote has gigabytes mapped).
    """
    mib = 1024 * 1024
    if not limits.gpu:
        _limit(resource.RLIMIT_AS, _mapped_bytes() + limits.memory_mib * mib)
    cpu = max(1, round(limits.cpu_s))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))  # the hard limit ends those who ignore SIGXCPU
    _limit(resource.RLIMIT_FSIZE, limits.file_mib * mib)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_MEMLOCK, 0)
    _limit(resource.RLIMIT_STACK, 8 * mib)
    if os.getuid() != 0:  # root is exempt; for others the limit counts all processes of the user, so leave room
        _limit(resource.RLIMIT_NPROC, _processes_of_user() + limits.tasks)


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (bound, bound))


def _mapped_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _processes_of_user() -> int:
    uid, count = os.getuid(), 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.stat(f"/proc/{name}").st_uid == uid:
                    count += len(os.listdir(f"/proc/{name}/task"))
            except OSError:
                continue  # it ended meanwhile
    return count


def neutral_descriptors(connection: int, output: int) -> None:
    """Leave open: 0 (nothing to read), 1 and 2 (the output pipe), 3 (the connection). Close all others."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0, inheritable=False)
    os.dup2(output, 1, inheritable=False)
    os.dup2(output, 2, inheritable=False)
    os.dup2(connection, 3, inheritable=False)
    os.closerange(4, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def neutral_surroundings(scratch: str) -> None:
    """Work in ``scratch``, with an environment and arguments that tell nothing."""
    os.chdir(scratch)
    os.environ.clear()
    os.environ.update(HOME=scratch, TMPDIR=scratch, LANG="C.UTF-8", PATH="/usr/bin:/bin", OMP_NUM_THREADS="1")
    sys.argv[:] = [""]
