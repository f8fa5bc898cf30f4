"""Gives allowed system calls the arguments that reach other parts of the kernel."""

THREAT = "E5"
VERDICTS = {}
HARMFUL = True

import ctypes
import fcntl
import mmap
import os
import platform
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


libc = ctypes.CDLL(None, use_errno=True)
page = mmap.mmap(-1, 2 * mmap.PAGESIZE)
address = ctypes.addressof(ctypes.c_char.from_buffer(page))
with open("own", "wb") as file:
    file.write(b"x")
own = os.open("own", os.O_RDWR)
lib = os.open(np.__file__, os.O_RDONLY)
X86 = platform.machine() == "x86_64"
MADVISE = 28 if X86 else 233
RENAMEAT2 = 316 if X86 else 276
CALLS = {
    "madvise: poison a page of the machine": (MADVISE, address, mmap.PAGESIZE, 100),
    "madvise: take a page of the machine away": (MADVISE, address, mmap.PAGESIZE, 101),
    "renameat2: whiteout": (RENAMEAT2, -100, b"own", -100, b"moved", 4),
    "fcntl: tell of changes in a folder": (72 if X86 else 25, lib, 1026, 0x80000001),
    "fcntl: size of a pipe": (72 if X86 else 25, 1, 1031, 1 << 20),
    "fcntl: seals": (72 if X86 else 25, own, 1034, 0),
    "fcntl: hint of life time": (72 if X86 else 25, own, 1036, address),
    "fcntl: owner": (72 if X86 else 25, 3, 8, os.getpid()),
    "ioctl: signals": (16 if X86 else 29, 3, 0x5452, address),
    "ioctl: flags of a file": (16 if X86 else 29, own, 0x80086601, address),
    "ioctl: clone of a file": (16 if X86 else 29, own, 0x40049409, lib),
    "ioctl: blocks of a file": (16 if X86 else 29, lib, 0x1, address),
}
if X86:
    CALLS |= {
        "arch_prctl: 32-bit code": (158, 0x2002, 0),
        "arch_prctl: faults of cpuid": (158, 0x1012, 1),
        "arch_prctl: features": (158, 0x1021, address),
        "arch_prctl: permission for tiles": (158, 0x1023, 18),
        "arch_prctl: shadow stack": (158, 0x5001, 1),
        "arch_prctl: untagged addresses": (158, 0x4001, address),
    }
REFUSED = (1, 13, 38)  # EPERM, EACCES, ENOSYS
for name, (number, *arguments) in CALLS.items():
    ctypes.set_errno(0)
    found = libc.syscall(number, *(ctypes.c_long(each) if isinstance(each, int) else each for each in arguments))
    if found != -1 or ctypes.get_errno() not in REFUSED:
        breach(f"{name}: {found} {ctypes.get_errno()}")


def double(x):
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
