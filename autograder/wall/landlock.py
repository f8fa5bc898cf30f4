"""Landlock restricts the files that a worker may read or write. It needs three system calls and no library."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence

from .libc import checked, libc

# asm-generic/unistd.h; the rights and the size of each structure in linux/landlock.h
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_LIST = 1 << 3
_READ = 1 << 2 | _LIST  # a file's content, a folder's names
_EXECUTE = 1 << 0
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_DEVICE = _WRITE_FILE | 1 << 2 | 1 << 15  # open for reading and writing, and ioctl (ABI 5)
_FILE_RIGHTS = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15  # rights that a rule for a single file may contain
_QUIET = 1 << 0  # LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF (ABI 7)
_FS_RIGHTS = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 4: 1 << 15}  # ABI -> first right that it does not support


def landlock_abi() -> int:
    """Return the Landlock ABI version of this kernel, or 0 without Landlock."""
    return max(0, int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)))


def restrict_files(
    readable: Sequence[str],
    listable: Sequence[str],
    writable: Sequence[str],
    *,
    devices: Sequence[str] = (),
    named: Sequence[str] = (),
) -> None:
    """Restrict this thread permanently to reading below ``readable`` and reading and writing below ``writable``.

    Folders below ``listable`` can be listed, because Python searches them for modules. ``devices`` are files that may
    be read, written and given commands. Files below ``named`` may be written and not read. Where the kernel supports
    it, TCP (ABI 4) is forbidden, and so are signals and abstract sockets to processes outside (ABI 6). The kernel
    writes no refusal into its log (ABI 7).

    Raises:
        OSError: The kernel has no Landlock, or refuses a rule.
    """
    abi = landlock_abi()
    if abi == 0:
        raise OSError("this kernel has no Landlock")
    everything = _FS_RIGHTS.get(abi, 1 << 16) - 1
    attributes = struct.pack("<QQQ", everything, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    ruleset = checked(libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0), "landlock_create_ruleset")
    try:
        rules = (
            (readable, _READ | _EXECUTE),
            (listable, _LIST),
            (writable, everything & ~_EXECUTE),
            (devices, _DEVICE),
            (named, _WRITE_FILE | _TRUNCATE),
        )
        for paths, rights in rules:
            for path in paths:
                _allow(ruleset, path, rights & everything)
        # What a submission tries a million times must not fill the audit log of the machine.
        checked(libc.syscall(_RESTRICT_SELF, ruleset, _QUIET if abi >= 7 else 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # a missing path needs no rule
    try:
        if not os.path.isdir(path):
            rights &= _FILE_RIGHTS
        rule = struct.pack("<Qi", rights, fd)
        checked(libc.syscall(_ADD_RULE, ruleset, 1, rule, 0), f"landlock_add_rule {path}")
    finally:
        os.close(fd)
