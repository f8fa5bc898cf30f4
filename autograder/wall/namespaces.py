"""Namespaces and the private view of the file system, with ctypes only.

The zygote enters template namespaces once (:func:`enter`): a user, mount, process, network, IPC, host-name and cgroup
namespace, and a root that contains only the interpreter and the allowed packages. A worker then needs one fork
(:func:`fork_into_own_pid_namespace`) and one mount namespace (:func:`own_mounts`), which take tens of microseconds.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from collections.abc import Callable, Iterable, Sequence

from .libc import checked, libc
from .limits import SANDBOX_UID

# linux/sched.h
CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

# linux/mount.h; MNT_DETACH in sys/mount.h
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = (
    1, 2, 4, 8, 32, 4096, 16384, 1 << 18
)  # fmt: skip
MNT_DETACH = 2
PROC_FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC
AT_FDCWD, AT_RECURSIVE = -100, 0x8000  # linux/fcntl.h
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4
PR_SET_DUMPABLE = 4  # linux/prctl.h
# asm/unistd_64.h (x86_64) and asm-generic/unistd.h (aarch64, and both for newer calls)
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_SYS_MOUNT_SETATTR = 442

INSIDE_UID = 1000  # uid and gid of a worker inside its namespace
UNREADABLE = "only root can read"
BOX = "/box"  # a worker's scratch folder, also mounted as /tmp and /dev/shm
DEVICES = ("null", "urandom", "random")  # not zero: mapped, it is shared memory that no limit counts


def unshare(flags: int) -> None:
    checked(libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    where = (source.encode(), target.encode(), kind.encode() if kind else None)
    checked(libc.mount(*where, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def _bind_read_only(source: str, target: str) -> None:
    """Bind ``source`` and all mounts below it read-only. A plain remount would leave the submounts writable."""
    mount(source, target, None, MS_BIND | MS_REC)

    class Attributes(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]

    wanted = Attributes(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0, 0, 0)
    arguments = (AT_FDCWD, target.encode(), AT_RECURSIVE, ctypes.byref(wanted), ctypes.sizeof(wanted))
    checked(libc.syscall(_SYS_MOUNT_SETATTR, *arguments), f"mount_setattr {target}")


def enter(
    paths: Sequence[str], covered: Sequence[str], new_root: str, *, die_with_parent: Callable[[int], None]
) -> int:
    """Move this process into the template namespaces; return a descriptor of its own pid namespace.

    The new root contains only ``paths`` (folders and files), read-only. Of ``covered`` folders inside them only those
    in ``paths`` appear.
    ``new_root`` is an empty folder to mount the root on. The function returns in a child that is process 1 of the new
    pid namespace. The calling process waits for the child and ends with it.

    Raises:
        OSError: The kernel refuses.
    """
    os.umask(0o022)  # with the grader's own, SANDBOX_UID might be unable to enter the folders that root makes
    root = os.getuid() == 0 and is_mapped(SANDBOX_UID)
    if root:
        root = _build_root_as_root(paths, covered, new_root)
        _give_up_root()
        _check_readable(paths)
    uid, gid = os.getuid(), os.getgid()
    unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)
    _map_ids(uid, gid)
    parent = os.getpid()
    child = os.fork()
    if child:
        _relay(child)
    die_with_parent(parent)
    if not root:
        _build_root(paths, covered, new_root)
    mount("proc", "/proc", "proc", PROC_FLAGS)
    return os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)


def keeps_root() -> bool:
    """Return whether a process that enters remains the user 0 outside, whose processes RLIMIT_NPROC does not count."""
    return os.getuid() == 0 and not is_mapped(SANDBOX_UID)


def _build_root_as_root(paths: Sequence[str], covered: Sequence[str], new_root: str) -> bool:
    """Build the root before the uid changes, because the interpreter may be below a folder that only root can enter.

    Return False if this root has no right to mounts. Its user namespace then gives that right, as to any other user.
    """
    try:
        unshare(CLONE_NEWNS)
    except PermissionError:
        return False
    _build_root(paths, covered, new_root)
    return True


def is_mapped(id: int) -> bool:
    """Return whether this user namespace has the uid and gid ``id``. One that an ordinary user made may have only 0."""
    for name in ("uid_map", "gid_map"):
        with open(f"/proc/self/{name}", encoding="ascii") as file:
            ranges = [[int(number) for number in line.split()] for line in file]
        if not any(first <= id < first + count for first, _, count in ranges):
            return False
    return True


def _give_up_root() -> None:
    """Change from root to the uid and gid SANDBOX_UID."""
    try:
        os.setgroups([])
        os.setresgid(SANDBOX_UID, SANDBOX_UID, SANDBOX_UID)
        os.setresuid(SANDBOX_UID, SANDBOX_UID, SANDBOX_UID)
    except OSError as exc:
        raise OSError(exc.errno, f"change of user: {exc.strerror}") from exc
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # the change of uid cleared it, but writing uid_map needs it


def _check_readable(paths: Sequence[str]) -> None:
    """Check that this process can read ``paths``. Root may have installed a package with a strict umask.

    Raises:
        PermissionError: It cannot read one of them.
    """
    for path in paths:
        if os.path.exists(path) and not os.access(path, os.R_OK | (os.X_OK if os.path.isdir(path) else 0)):
            raise PermissionError(errno.EACCES, f"{UNREADABLE} {path}")


def _map_ids(uid: int, gid: int) -> None:
    """Map the outer ``uid`` and ``gid`` to INSIDE_UID in this new user namespace."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{INSIDE_UID} {uid} 1"),
        ("gid_map", f"{INSIDE_UID} {gid} 1"),
    ):
        try:
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
        except OSError as exc:
            raise OSError(exc.errno, f"{name}: {exc.strerror}") from exc


def _relay(child: int) -> None:
    """Wait for the child in the namespaces, and exit with its status."""
    for fd in range(3, 64):
        try:
            os.close(fd)  # above all the control socket: the other end must notice when the child ends
        except OSError:
            continue
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _build_root(paths: Sequence[str], covered: Sequence[str], new_root: str) -> None:
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", new_root, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,nr_inodes=4096,mode=755")
    for path in paths:
        if not inside(path, covered):
            _show(path, new_root)
    for folder in covered:
        if os.path.isdir(new_root + folder):
            mount("tmpfs", new_root + folder, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,nr_inodes=4096,mode=755")
            for path in paths:
                if inside(path, [folder]):
                    _show(path, new_root)
            mount("none", new_root + folder, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)
    for folder in ("/proc", "/tmp", BOX, "/dev", "/dev/shm", "/old"):
        os.makedirs(new_root + folder, mode=0o755, exist_ok=True)
    for device in DEVICES:
        _show(f"/dev/{device}", new_root)
    _show_complete_proc(new_root + "/proc")
    pivot_root = _SYS_PIVOT_ROOT[platform.machine()]
    checked(libc.syscall(pivot_root, new_root.encode(), (new_root + "/old").encode()), "pivot_root")
    os.chdir("/")
    checked(libc.umount2(b"/old", MNT_DETACH), "umount2 /old")
    os.rmdir("/old")
    mount("none", "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def inside(path: str, folders: Iterable[str]) -> bool:
    """Return whether ``path`` is below one of ``folders``."""
    return any(path.startswith(f"{folder}/") for folder in folders)


def _show_complete_proc(target: str) -> None:
    """Mount proc on ``target``. The kernel allows the proc of a new user namespace only if a complete one is visible.

    Docker, Podman and Kubernetes cover parts of ``/proc``. Root of the machine can mount a new one; others bind the
    visible one.
    """
    try:
        mount("proc", target, "proc", PROC_FLAGS)
    except OSError:
        mount("/proc", target, None, MS_BIND | MS_REC)


def _show(path: str, new_root: str) -> None:
    """Add ``path`` to the new root: copy a link, bind a folder or file read-only."""
    target = new_root + path
    os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
    if os.path.islink(path):
        if not os.path.lexists(target):
            os.symlink(os.readlink(path), target)
        return
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    if path.startswith("/dev/"):
        mount(path, target, None, MS_BIND)  # nodev would disable the device
    else:
        _bind_read_only(path, target)


def fork_into_own_pid_namespace(home: int) -> int:
    """Fork like os.fork. The child is process 1 of a new pid namespace, which ends with the child."""
    unshare(CLONE_NEWPID)
    pid = os.fork()
    if pid:
        # Return to our own namespace, or the kernel refuses the next unshare.
        checked(libc.setns(home, CLONE_NEWPID), "setns")
    return pid


def own_mounts(size_mib: int, shown: Sequence[str]) -> None:
    """Give a worker its own mount and IPC namespaces, its own /proc, and an empty scratch folder.

    The scratch folder is also mounted as /tmp and /dev/shm. If a path of ``shown`` is below one of these, that folder
    keeps the path, read-only, instead.
    """
    unshare(CLONE_NEWNS | CLONE_NEWIPC)
    mount("proc", "/proc", "proc", PROC_FLAGS)
    options = f"size={size_mib}m,nr_inodes=4096,mode=700"
    mount("tmpfs", BOX, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)
    for other in ("/tmp", "/dev/shm"):
        if not any(path.startswith(f"{other}/") for path in shown):
            mount(BOX, other, None, MS_BIND)
    os.chdir(BOX)
