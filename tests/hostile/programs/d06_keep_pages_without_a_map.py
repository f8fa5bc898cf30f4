"""Holds shared memory of which only one page stays mapped: without a file, and of /dev/zero."""

THREAT = "D6"
VERDICTS = {"double_of_two": ("passed", "crashed", "out_of_memory", "errored")}
HARMFUL = True

import ctypes
import mmap
import os
import numpy as np

SIZE, TIMES = 192 << 20, 8
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)


def breach(what):
    print("BREACH" + ":", what, flush=True)


def held(flags, file):
    """The MiB that stay in memory, of SIZE bytes each time."""
    total = 0
    for _ in range(TIMES):
        start = libc.mmap(None, SIZE, mmap.PROT_READ, flags, file, 0)
        if start in (None, 2**64 - 1):
            break
        (ctypes.c_char * SIZE).from_address(start)[:: mmap.PAGESIZE]
        libc.munmap(start, SIZE - mmap.PAGESIZE)
        total += SIZE >> 20
    return total


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        kept = held(mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, -1)
        if kept > 1024:
            breach(f"{kept} MiB without a file")
        try:
            zero = os.open("/dev/zero", os.O_RDONLY)
        except OSError:
            return 2 * x
        kept = held(mmap.MAP_SHARED, zero)
        if kept > 1024:
            breach(f"{kept} MiB of /dev/zero")
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
