"""seccomp restricts a worker to an allow-list of system calls, with one table for each architecture.

The numbers are from the kernel's ``asm/unistd_64.h`` (x86_64) and ``asm-generic/unistd.h`` (aarch64). They are copied
here, so that no header is needed. A table omits the calls that its architecture lacks. ``clone``, ``clone3``,
``ioctl`` and some others have rules of their own in :func:`system_call_filter`.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import platform
import struct
import sys
from collections.abc import Sequence

from . import gpu as needs
from .libc import checked, libc

X86_64: dict[str, int] = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7, "lseek": 8,
    "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14,
    "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "pwrite64": 18, "readv": 19, "writev": 20, "access": 21,
    "pipe": 22, "select": 23, "sched_yield": 24, "mremap": 25, "msync": 26, "mincore": 27, "madvise": 28,
    "dup": 32, "dup2": 33, "nanosleep": 35, "getitimer": 36, "alarm": 37, "setitimer": 38, "getpid": 39,
    "sendto": 44, "recvfrom": 45, "sendmsg": 46, "recvmsg": 47, "shutdown": 48, "getsockname": 51,
    "getpeername": 52, "getsockopt": 55, "clone": 56, "exit": 60, "uname": 63, "fcntl": 72, "fsync": 74,
    "fdatasync": 75, "truncate": 76, "ftruncate": 77, "getdents": 78, "getcwd": 79, "chdir": 80, "fchdir": 81,
    "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "unlink": 87, "readlink": 89, "chmod": 90, "fchmod":
    91, "umask": 95, "gettimeofday": 96, "getrlimit": 97, "getrusage": 98, "sysinfo": 99, "times": 100,
    "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110, "getpgrp": 111, "getgroups":
    115, "getresuid": 118, "getresgid": 120, "getpgid": 121, "getsid": 124, "rt_sigpending": 127,
    "rt_sigtimedwait": 128, "rt_sigsuspend": 130, "sigaltstack": 131, "statfs": 137, "fstatfs": 138,
    "getpriority": 140, "sched_getparam": 143, "sched_getscheduler": 145, "sched_get_priority_max": 146,
    "sched_get_priority_min": 147, "arch_prctl": 158, "gettid": 186, "time": 201, "futex": 202,
    "sched_getaffinity": 204, "epoll_create": 213, "getdents64": 217, "set_tid_address": 218,
    "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group":
    231, "epoll_wait": 232, "epoll_ctl": 233, "tgkill": 234, "get_mempolicy": 239, "openat": 257, "mkdirat":
    258, "newfstatat": 262, "unlinkat": 263, "renameat": 264, "readlinkat": 267, "fchmodat": 268, "faccessat":
    269, "pselect6": 270, "ppoll": 271, "set_robust_list": 273, "get_robust_list": 274, "utimensat": 280,
    "epoll_pwait": 281, "fallocate": 285, "eventfd2": 290, "epoll_create1": 291, "dup3": 292, "pipe2": 293,
    "preadv": 295, "pwritev": 296, "prlimit64": 302, "getcpu": 309, "renameat2": 316, "getrandom": 318,
    "membarrier": 324, "preadv2": 327, "pwritev2": 328, "statx": 332, "rseq": 334, "clone3": 435,
    "close_range": 436, "openat2": 437, "faccessat2": 439, "epoll_pwait2": 441, "futex_waitv": 449
}  # fmt: skip

AARCH64: dict[str, int] = {
    "getcwd": 17, "eventfd2": 19, "epoll_create1": 20, "epoll_ctl": 21, "epoll_pwait": 22, "dup": 23, "dup3":
    24, "fcntl": 25, "ioctl": 29, "mkdirat": 34, "unlinkat": 35, "renameat": 38, "statfs": 43, "fstatfs": 44,
    "truncate": 45, "ftruncate": 46, "fallocate": 47, "faccessat": 48, "chdir": 49, "fchdir": 50, "fchmod":
    52, "fchmodat": 53, "openat": 56, "close": 57, "pipe2": 59, "getdents64": 61, "lseek": 62, "read": 63,
    "write": 64, "readv": 65, "writev": 66, "pread64": 67, "pwrite64": 68, "preadv": 69, "pwritev": 70,
    "pselect6": 72, "ppoll": 73, "readlinkat": 78, "newfstatat": 79, "fstat": 80, "fsync": 82, "fdatasync":
    83, "utimensat": 88, "exit": 93, "exit_group": 94, "set_tid_address": 96, "futex": 98, "set_robust_list":
    99, "get_robust_list": 100, "nanosleep": 101, "getitimer": 102, "setitimer": 103, "clock_gettime": 113,
    "clock_getres": 114, "clock_nanosleep": 115, "sched_getscheduler": 120, "sched_getparam": 121,
    "sched_getaffinity": 123, "sched_yield": 124, "sched_get_priority_max": 125, "sched_get_priority_min":
    126, "restart_syscall": 128, "tgkill": 131, "sigaltstack": 132, "rt_sigsuspend": 133, "rt_sigaction": 134,
    "rt_sigprocmask": 135, "rt_sigpending": 136, "rt_sigtimedwait": 137, "rt_sigreturn": 139, "getpriority":
    141, "getresuid": 148, "getresgid": 150, "times": 153, "getpgid": 155, "getsid": 156, "getgroups": 158,
    "uname": 160, "getrlimit": 163, "getrusage": 165, "umask": 166, "getcpu": 168, "gettimeofday": 169,
    "getpid": 172, "getppid": 173, "getuid": 174, "geteuid": 175, "getgid": 176, "getegid": 177, "gettid":
    178, "sysinfo": 179, "getsockname": 204, "getpeername": 205, "sendto": 206, "recvfrom": 207, "getsockopt":
    209, "shutdown": 210, "sendmsg": 211, "recvmsg": 212, "brk": 214, "munmap": 215, "mremap": 216, "clone":
    220, "mmap": 222, "mprotect": 226, "msync": 227, "mincore": 232, "madvise": 233, "get_mempolicy": 236,
    "prlimit64": 261, "renameat2": 276, "getrandom": 278, "membarrier": 283, "preadv2": 286, "pwritev2": 287,
    "statx": 291, "rseq": 293, "clone3": 435, "close_range": 436, "openat2": 437, "faccessat2": 439,
    "epoll_pwait2": 441, "futex_waitv": 449
}  # fmt: skip

TABLES = {"x86_64": X86_64, "aarch64": AARCH64}

# AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_LIST_ATTRIBUTES = {"x86_64": (194, 195, 196), "aarch64": (11, 12, 13)}  # listxattr, llistxattr, flistxattr
_SYS_SECCOMP = {"x86_64": 317, "aarch64": 277}
# linux/bpf_common.h: BPF_LD | BPF_W | BPF_ABS, BPF_JMP | BPF_JEQ | BPF_K and so on
_LOAD, _JEQ, _JGE, _JSET, _RETURN, _AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
# linux/seccomp.h, asm-generic/errno-base.h, linux/sched.h
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS, _EOPNOTSUPP = 1, 38, 95
# A new thread shares everything with the others: CLONE_VM FS FILES SIGHAND THREAD, as glibc and musl request. With
# descriptors of its own it could keep deleted files where the watch does not look; close_range can give it those, too.
_CLONE_THREAD = 0x00010F00
_CLOSE_RANGE_UNSHARE = 2
_SIGCONT = 18
# linux/posix-timers.h: a negative clock is the CPU time of a process, or of a thread of the caller
_CPU_CLOCK, _OF_THREAD = 0x80000000, 0x4
# asm-generic/ioctls.h, asm-generic/fcntl.h and linux/fcntl.h, linux/socket.h
_IOCTLS = (0x5401, 0x5421, 0x541B, 0x5451, 0x5450)  # TCGETS FIONBIO FIONREAD FIOCLEX FIONCLEX; TIOCSTI never
# F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC. Locks, leases and owners are forbidden: with them, workers
# that read the same files could communicate or send signals.
_FCNTLS = (0, 1, 2, 3, 4, 1030)
_O_PATH, _O_TMPFILE, _O_TRUNC, _O_ACCMODE = 0o10000000, 0o20000000, 0o1000, 0o3
# SO_TYPE SO_ERROR SO_PROTOCOL SO_DOMAIN. Others tell of the grader, and SO_PEERPIDFD is a handle to its process.
_SOCKET_OPTIONS = (3, 4, 38, 39)
# Refused where files are shared -> the error. glibc writes where fallocate is not supported.
_NOT_SHARED = {
    "chmod": _EPERM, "fchmod": _EPERM, "fchmodat": _EPERM, "utimensat": _EPERM, "truncate": _EPERM,
    "fallocate": _EOPNOTSUPP, "openat2": _ENOSYS, "mincore": _ENOSYS,
}  # fmt: skip
# Without own process numbers, refused for other processes -> the error. glibc goes on if it may not ask for cores.
_ABOUT_A_PROCESS = {
    "getpgid": _EPERM, "getsid": _EPERM, "sched_getparam": _ENOSYS, "sched_getscheduler": _ENOSYS,
    "sched_getaffinity": _ENOSYS,
}  # fmt: skip
_Step = tuple[int, int, int, int]
_MSG_OOB = 1
_CLOCKS = ("clock_gettime", "clock_getres", "clock_nanosleep")
_PRCTL = {"x86_64": 157, "aarch64": 167}
_NAMES = (15, 16)  # PR_SET_NAME, PR_GET_NAME
# asm-generic/mman-common.h. MAP_SHARED | MAP_ANONYMOUS: its pages stay while one of them is mapped, and no limit counts
# the others. MAP_GROWSDOWN: RLIMIT_DATA does not count it.
_SHARED_ANONYMOUS, _GROWS_DOWN = 0x21, 0x100
_FLAGS_AT = {"sendto": 3, "recvfrom": 3, "sendmsg": 2, "recvmsg": 2}
_ARGUMENT = [16 + 8 * i for i in range(6)]  # low halves, little-endian


@functools.cache
def system_call_filter(pid: int, *, shares_files: bool = False, gpu: bool = False) -> bytes:
    """Return the BPF program of the allow-list for this machine. It allows signals to the process ``pid`` only.

    With namespaces every worker is process 1. The zygote computes the program in advance and its workers share it.
    ``shares_files`` is for a worker without a file system and process numbers of its own. It then also refuses what
    Landlock does not cover or older versions of it do not: modes and times of files, paths without reading, disk space
    in advance, files that never have a name, and questions about other processes. ``gpu`` adds the commands of its
    driver to ``ioctl``, and the names of threads.
    """
    table = dict(TABLES[platform.machine()])
    names = ("clone", "clone3", "close_range", "fcntl", "getsockopt", "ioctl", "prlimit64", "tgkill")
    special = {name: table.pop(name) for name in (*names, *_CLOCKS, *_FLAGS_AT)}
    program = [
        (_LOAD, 0, 0, 4),
        (_JEQ, 1, 0, _ARCHITECTURES[platform.machine()]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_JGE, 0, 1, 0x40000000),  # x32
        (_RETURN, 0, 0, _KILL),
    ]

    def rule(number: int, *body: tuple[int, int, int, int]) -> None:
        program.append((_JEQ, 0, len(body), number))
        program.extend(body)

    deny = (_RETURN, 0, 0, _ERRNO | _EPERM)
    allow = (_RETURN, 0, 0, _ALLOW)
    rule(special["clone3"], (_RETURN, 0, 0, _ERRNO | _ENOSYS))  # glibc then falls back to clone
    shared_all = (_LOAD, 0, 0, _ARGUMENT[0]), (_AND, 0, 0, _CLONE_THREAD), (_JEQ, 0, 1, _CLONE_THREAD)
    rule(special["clone"], *shared_all, allow, deny)
    rule(special["close_range"], (_LOAD, 0, 0, _ARGUMENT[2]), (_JSET, 0, 1, _CLOSE_RANGE_UNSHARE), deny, allow)
    rule(special["prlimit64"], (_LOAD, 0, 0, _ARGUMENT[0]), (_JEQ, 0, 1, 0), allow, deny)
    # not SIGCONT: whoever looks at a worker stops it meanwhile
    signalled = ((_LOAD, 0, 0, _ARGUMENT[0]), (_JEQ, 0, 3, pid), (_LOAD, 0, 0, _ARGUMENT[2]), (_JEQ, 1, 0, _SIGCONT))
    rule(special["tgkill"], *signalled, allow, deny)
    for name in _CLOCKS:  # how long another process has run is none of a submission's business
        body = ((_LOAD, 0, 0, _ARGUMENT[0]), (_JSET, 0, 2, _CPU_CLOCK), (_JSET, 1, 0, _OF_THREAD), deny, allow)
        rule(special[name], *body)
    rule(special["fcntl"], *_one_of(1, _FCNTLS, deny, allow))
    rule(special["getsockopt"], *_one_of(2, _SOCKET_OPTIONS, deny, allow))
    whole, low = (_IOCTLS + needs.UVM_COMMANDS, needs.FRONTEND_COMMANDS) if gpu else (_IOCTLS, ())
    rule(special["ioctl"], *_one_of(1, whole, deny, allow, low=low))
    shared = (_AND, 0, 0, _SHARED_ANONYMOUS), (_JEQ, 0, 1, _SHARED_ANONYMOUS)
    rule(table.pop("mmap"), (_LOAD, 0, 0, _ARGUMENT[3]), (_JSET, 2, 0, _GROWS_DOWN), *shared, deny, allow)
    if gpu:
        rule(_PRCTL[platform.machine()], *_one_of(0, _NAMES, deny, allow))
    if shares_files:
        for name, error in _NOT_SHARED.items():
            if name in table:  # an architecture may lack it
                rule(table.pop(name), (_RETURN, 0, 0, _ERRNO | error))
        for name, at in (("open", 1), ("openat", 2)):
            if name in table:
                rule(table.pop(name), *_opening(at, deny, allow))
        rule(special.pop("sendmsg"), deny)  # it can keep deleted files alive in the connection
        for name, error in _ABOUT_A_PROCESS.items():
            rule(table.pop(name), *_one_of(0, (0, pid), (_RETURN, 0, 0, _ERRNO | error), allow))
        of_process = (_LOAD, 0, 0, _ARGUMENT[0]), (_JEQ, 1, 0, 0), deny  # and of no group and no user
        rule(table.pop("getpriority"), *of_process, *_one_of(1, (0, pid), deny, allow))
    for name, at in _FLAGS_AT.items():  # out-of-band data uses rarely tested kernel code
        if name in special:
            rule(special[name], (_LOAD, 0, 0, _ARGUMENT[at]), (_JSET, 0, 1, _MSG_OOB), deny, allow)
    for number in sorted(table.values()):
        rule(number, allow)
    for number in _LIST_ATTRIBUTES[platform.machine()]:  # shutil.copy2 then leaves them out
        rule(number, (_RETURN, 0, 0, _ERRNO | _EOPNOTSUPP))
    program.append(deny)
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


def _one_of(at: int, values: Sequence[int], deny: _Step, allow: _Step, *, low: Sequence[int] = ()) -> list[_Step]:
    """Return the checks that argument ``at`` is one of ``values``, or that its lower 16 bits are one of ``low``."""
    checks: list[_Step] = [(_JEQ, 0, 0, value) for value in values]
    if low:
        checks += [(_AND, 0, 0, 0xFFFF), *((_JEQ, 0, 0, value) for value in low)]
    steps = [(code, len(checks) - i if code == _JEQ else 0, 0, value) for i, (code, _, _, value) in enumerate(checks)]
    return [(_LOAD, 0, 0, _ARGUMENT[at]), *steps, deny, allow]


def _opening(at: int, deny: _Step, allow: _Step) -> list[_Step]:
    """Return the checks of the flags of an opening call: no O_PATH, and no O_TRUNC without the right to write.

    Nor O_TMPFILE: it does not change the folder, whose time tells the watch that there are files. Python's ``tempfile``
    then makes a file with a name, and deletes it.
    """
    return [
        (_LOAD, 0, 0, _ARGUMENT[at]),
        (_JSET, 4, 0, _O_PATH | _O_TMPFILE),
        (_JSET, 0, 2, _O_TRUNC),
        (_JSET, 1, 0, _O_ACCMODE),
        deny,
        allow,
        deny,
    ]


def has_system_call_filter() -> bool:
    """Return whether there is an allow-list for this machine's architecture and a kernel that can apply it."""
    if sys.platform != "linux" or platform.machine() not in TABLES:
        return False
    libc.syscall(_SYS_SECCOMP[platform.machine()], _SET_MODE_FILTER, 0, None)
    return ctypes.get_errno() == errno.EFAULT  # a kernel without filters does not look at the missing program


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def filter_system_calls(program: bytes) -> None:
    """Install ``program`` for this process, all its threads and its children.

    Raises:
        OSError: The kernel refuses.
    """
    buffer = ctypes.create_string_buffer(program, len(program))
    whole = _Program(len(program) // 8, ctypes.addressof(buffer))
    number = _SYS_SECCOMP[platform.machine()]
    if checked(libc.syscall(number, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(whole)), "seccomp"):
        raise OSError("seccomp: a thread has a filter of its own")
