"""What a worker gives up for good: capabilities, new privileges, files beyond its view, and most system calls."""

from __future__ import annotations

import ctypes
import functools
import os
import platform
import struct
import sys
from collections.abc import Sequence

from .syscalls import TABLES

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 4, 24, 38, 47, 4
_CAPABILITY_VERSION_3 = 0x20080522

# --- capabilities


def drop_capabilities() -> None:
    """Give up every capability, in every set, for this process and whatever it starts."""
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        last = int(file.read())
    for capability in range(last + 1):
        _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    _libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    checked(_libc.capset(header, bytes(24)), "capset")


def no_new_privileges() -> None:
    """No core dumps or readable memory (``dumpable``), and no program may ever gain rights again."""
    _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


# --- Landlock

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_LIST = 1 << 3
_READ = 1 << 2 | _LIST  # a file's content, a folder's names
_EXECUTE = 1 << 0
_FILE_RIGHTS = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15  # what a rule on a single file may hold
_FS_RIGHTS = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 4: 1 << 15}  # ABI -> first right that it does not know


def landlock_abi() -> int:
    """The version of Landlock in this kernel, 0 for none."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)))


def restrict_files(readable: Sequence[str], listable: Sequence[str], writable: Sequence[str]) -> None:
    """Allow reading below ``readable``, everything below ``writable``, and nothing else, to this thread for good.

    The names of what lies below ``listable`` can be read: Python looks there for modules.

    TCP (ABI 4), signals and abstract sockets outside (ABI 6) go with it where the kernel knows them.
    """
    abi = landlock_abi()
    if abi == 0:
        raise OSError("this kernel has no Landlock")
    everything = _FS_RIGHTS.get(abi, 1 << 16) - 1
    attributes = struct.pack("<QQQ", everything, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = checked(_libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0), "landlock_create_ruleset")
    try:
        rules = ((readable, _READ | _EXECUTE), (listable, _LIST), (writable, everything & ~_EXECUTE))
        for paths, rights in rules:
            for path in paths:
                _allow(ruleset, path, rights & everything)
        checked(_libc.syscall(_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no rule
    try:
        if not os.path.isdir(path):
            rights &= _FILE_RIGHTS
        rule = struct.pack("<Qi", rights, fd)
        checked(_libc.syscall(_ADD_RULE, ruleset, 1, rule, 0), f"landlock_add_rule {path}")
    finally:
        os.close(fd)


# --- seccomp

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SYS_SECCOMP = {"x86_64": 317, "aarch64": 277}
_LOAD, _JEQ, _JGE, _JSET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_CLONE_THREAD = 0x00010000
_IOCTLS = (0x5401, 0x5421, 0x541B, 0x5451, 0x5450)  # TCGETS FIONBIO FIONREAD FIOCLEX FIONCLEX; TIOCSTI never
# F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC; not locks, leases and owners, by which workers that read the
# same files could talk to each other or have signals sent
_FCNTLS = (0, 1, 2, 3, 4, 1030)
_MSG_OOB = 1
_FLAGS_AT = {"sendto": 3, "recvfrom": 3, "sendmsg": 2, "recvmsg": 2}
_ARGUMENT = [16 + 8 * i for i in range(6)]  # low halves, little-endian


@functools.cache
def system_call_filter(pid: int) -> bytes:
    """Return the BPF program of the allow-list for this machine; ``pid`` is the only one that may be signalled.

    Inside namespaces every worker is process 1, so a zygote that asks beforehand spares each of them the work.
    """
    table = dict(TABLES[platform.machine()])
    names = ("clone", "clone3", "fcntl", "ioctl", "prlimit64", "tgkill", *_FLAGS_AT)
    special = {name: table.pop(name) for name in names}
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
    rule(special["clone"], (_LOAD, 0, 0, _ARGUMENT[0]), (_JSET, 0, 1, _CLONE_THREAD), allow, deny)
    rule(special["prlimit64"], (_LOAD, 0, 0, _ARGUMENT[0]), (_JEQ, 0, 1, 0), allow, deny)
    rule(special["tgkill"], (_LOAD, 0, 0, _ARGUMENT[0]), (_JEQ, 0, 1, pid), allow, deny)
    for name, commands in (("ioctl", _IOCTLS), ("fcntl", _FCNTLS)):
        checks = [(_JEQ, len(commands) - i, 0, command) for i, command in enumerate(commands)]
        rule(special[name], (_LOAD, 0, 0, _ARGUMENT[1]), *checks, deny, allow)
    for name, at in _FLAGS_AT.items():  # bytes out of band are a rarely walked and often broken path of the kernel
        rule(special[name], (_LOAD, 0, 0, _ARGUMENT[at]), (_JSET, 0, 1, _MSG_OOB), deny, allow)
    for number in sorted(table.values()):
        rule(number, allow)
    program.append(deny)
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


def has_system_call_filter() -> bool:
    """Whether there is an allow-list for this machine's processor."""
    return sys.platform == "linux" and platform.machine() in TABLES


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def filter_system_calls(program: bytes) -> None:
    """Install ``program`` for this process, all its threads and whatever it starts."""
    buffer = ctypes.create_string_buffer(program, len(program))
    whole = _Program(len(program) // 8, ctypes.addressof(buffer))
    number = _SYS_SECCOMP[platform.machine()]
    checked(_libc.syscall(number, 1, 0, ctypes.byref(whole)), "seccomp")


def checked(result: int, what: str) -> int:
    """Return what a call of the C library returned; OSError naming ``what`` when it failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
