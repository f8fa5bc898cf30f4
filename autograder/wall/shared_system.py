"""What a worker needs that shares the file system and the process numbers with others: a user of its own, and a watch.

Where the kernel refuses namespaces (most containers), Landlock and the system-call filter hide other files and
processes. Three things are left: root's worker must not be root, a folder on a disk has no size of its own, and the
threads of a user cannot be limited without counting those of all containers of the machine. So root gives every worker
a user of its own (:func:`become`), and the zygote looks at every worker twenty times a second (:class:`Watch`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .libc import libc
from .limits import FILES, MEMORY, TASKS, WORKER_UIDS, Limits
from .namespaces import PR_SET_DUMPABLE, is_mapped

LOOK_S = 0.05  # between two looks at a worker
STOP_S = 0.01  # for a worker to stand still; a thread that waits for the disk cannot
LONG_AGO = 1  # nanoseconds since 1970
MAX_ENTRIES = 4096  # as many as the scratch folder with namespaces has inodes
MAX_DEPTH = 64  # of nested folders; each costs the zygote a descriptor
BLOCK = 512  # bytes of one st_blocks
_PR_CAPBSET_DROP, _LAST_CAPABILITY = 24, 63


def become(uid: int, folder: str, *, die_with_parent: Callable[[int], None], parent: int) -> None:
    """Change from root to ``uid`` for good, after handing over ``folder``.

    Raises:
        OSError: The kernel refuses. Root of a container may lack SETUID, SETGID, CHOWN or SETPCAP.
    """
    os.chown(folder, uid, uid)
    for capability in range(_LAST_CAPABILITY + 1):  # later only root could; an unknown number has no effect
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    _change_user(uid)
    die_with_parent(parent)  # the change of user has cleared it


def _change_user(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # the change of user cleared it; the watch looks at open files


def no_own_user(paths: Sequence[str], scratch: str) -> str:
    """Return why workers cannot have a user of their own, or "" if they can. ``scratch`` holds their folders.

    The last user of :data:`WORKER_UIDS` tries it, in a child: it must be able to read ``paths``, where the interpreter
    is, and to pass every folder above ``scratch``, and this process must be able to end it.
    """
    if os.getuid() != 0:
        return "this is not root"
    if not (is_mapped(WORKER_UIDS[0]) and is_mapped(WORKER_UIDS[-1])):
        return "this user namespace has no other users"
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.fchown(theirs, WORKER_UIDS[-1], WORKER_UIDS[-1])
            _change_user(WORKER_UIDS[-1])
            os.write(theirs, (_unreachable(paths, scratch) or "ok").encode())
            os.kill(os.getpid(), signal.SIGSTOP)
        except OSError as exc:
            os.write(theirs, f"change of user: {exc.strerror}".encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with open(ours, "rb") as pipe:
        found = pipe.read1().decode() or "change of user"
    try:
        os.kill(child, signal.SIGKILL)
    except PermissionError:
        os.kill(child, signal.SIGCONT)
        found = "change of user: no right to end a process of another user"
    os.waitpid(child, 0)
    return "" if found == "ok" else found


def _unreachable(paths: Sequence[str], scratch: str) -> str:
    for path in paths:
        if os.path.lexists(path) and not os.access(path, os.R_OK | (os.X_OK if os.path.isdir(path) else 0)):
            return f"only root can read {path}"
        if not os.path.lexists(path):  # a folder above it lets only root pass
            return f"only root can read {path}"
    return "" if os.access(scratch, os.X_OK) else f"only root can pass the folders above {scratch}"


def open_folder(path: str) -> int:
    """Open a scratch folder before a worker has it, for :class:`Watch`.

    Its time becomes one of long ago, because a change within one tick of the kernel's clock would leave a time of now.
    """
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    os.utime(folder, ns=(LONG_AGO, LONG_AGO))
    return folder


@dataclass(slots=True)
class Watch:
    """Looks at the files, the threads and (with a GPU) the memory of one worker, from the zygote.

    ``folder`` is an open descriptor of its scratch folder, whose path is ``path``; None if it has a bound of its own.
    ``uid`` is its own user, or None. It may have ``tasks`` threads; None if the kernel keeps that limit.
    """

    pid: int
    folder: int | None
    path: str
    limits: Limits
    uid: int | None
    tasks: int | None
    untouched: int = field(init=False)  # when the folder was last changed before the submission ran
    resident_kib: int = field(init=False)  # its memory before the submission ran; CUDA takes hundreds of MiB

    def __post_init__(self) -> None:
        self.untouched = 0 if self.folder is None else os.fstat(self.folder).st_mtime_ns
        self.resident_kib = self._resident_kib() if self.limits.gpu else 0

    def look(self) -> str:
        """Return which limit the worker exceeds: :data:`FILES`, :data:`TASKS`, :data:`MEMORY`, or "" for none."""
        if self.tasks is not None and self._threads() > self.tasks:
            return TASKS
        if self.limits.gpu and self._resident_kib() - self.resident_kib > self.limits.host_mib << 10:
            return MEMORY
        if self.folder is None or os.fstat(self.folder).st_mtime_ns == self.untouched:
            return ""  # most submissions write no file
        with _standing_still(self.pid):
            used = _used(self.folder) + self._deleted()
        return FILES if used > self.limits.scratch_mib << 20 else ""

    def close(self) -> None:
        if self.folder is not None:
            os.close(self.folder)

    def _threads(self) -> int:
        with contextlib.suppress(OSError, ValueError, IndexError):
            text = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace")
            return int(text.rpartition(")")[2].split()[17])
        return 0

    def _resident_kib(self) -> int:
        """Return the memory that the worker has for itself: private pages, shared ones without a file, page tables."""
        with contextlib.suppress(OSError, ValueError):
            lines = Path(f"{self._thread()}/status").read_text(encoding="ascii", errors="replace").splitlines()
            return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon:", "RssShmem:", "VmPTE:")))
        return 0

    def _thread(self) -> str:
        """Return the folder in /proc of a thread that runs.

        The threads share their open files and their memory. The first one can end alone, and then shows neither.
        """
        threads = f"/proc/{self.pid}/task"
        for name in os.listdir(threads):
            with contextlib.suppress(OSError):
                if not Path(f"{threads}/{name}/statm").read_bytes().startswith(b"0 "):
                    return f"{threads}/{name}"
        return f"/proc/{self.pid}"

    def _deleted(self) -> int:
        """Return the bytes of deleted files that the worker still has open. One that is mapped exceeds every limit."""
        with contextlib.suppress(OSError), _as_user(self.uid):
            used, thread = 0, self._thread()
            for name in os.listdir(f"{thread}/fd"):
                with contextlib.suppress(OSError):
                    file = os.stat(f"{thread}/fd/{name}")
                    used += file.st_blocks * BLOCK if stat.S_ISREG(file.st_mode) and file.st_nlink == 0 else 0
            with open(f"{thread}/maps", "rb") as maps:
                if any(line.endswith(b"(deleted)\n") and self.path.encode() in line for line in maps):
                    used += self.limits.scratch_mib + 1 << 20
            return used
        return 0


@contextlib.contextmanager
def _standing_still(pid: int) -> Iterator[None]:
    """Stop a child for a moment. Otherwise it could rename a folder, or pass descriptors on, just before each look.

    The system-call filter does not let it continue by itself.
    """
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGSTOP)
        end_s = time.monotonic() + STOP_S
        while not os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT | os.WNOHANG):
            if time.monotonic() > end_s:
                break
            time.sleep(0.0002)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def _as_user(uid: int | None) -> Iterator[None]:
    """Take on the user of a worker for a moment: without SYS_PTRACE even root sees open files of its own user only."""
    if uid is None:
        yield
        return
    os.setegid(uid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def _used(top: int) -> int:
    """Return the bytes below a folder, on its disk. Too many entries, or an unreadable folder, exceed every limit.

    By descriptor: a path ends after 4,096 characters, a chain of folders does not.
    """
    used, entries, depth = 0, 0, [iter(_entries(top))]
    opened: list[int] = []
    try:
        while depth:
            entry = next(depth[-1], None)
            if entry is None:
                depth.pop()
                if opened:
                    os.close(opened.pop())
                continue
            name, size, is_folder = entry
            entries, used = entries + 1, used + size
            if entries > MAX_ENTRIES or len(depth) > MAX_DEPTH:
                return 1 << 62
            if is_folder:
                parent = opened[-1] if opened else top
                try:
                    opened.append(os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent))
                except FileNotFoundError:
                    continue  # it is gone
                depth.append(iter(_entries(opened[-1])))
        return used
    except OSError:
        return 1 << 62
    finally:
        for folder in opened:
            os.close(folder)


def _entries(folder: int) -> list[tuple[str, int, bool]]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                found.append((entry.name, status.st_blocks * BLOCK, stat.S_ISDIR(status.st_mode)))
            if len(found) > MAX_ENTRIES:
                break
    return found
