"""Takes the memory that its limit leaves, and as much again where it has given libraries back that it does not need."""

THREAT = "D5"
VERDICTS = {"*": ("passed", "crashed")}
HARMFUL = True
ASSIGNMENT = "02-warm-up-torch"

import ctypes
import mmap
import numpy as np

MIB = 1 << 20
libc = ctypes.CDLL(None, use_errno=True)
libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)


def breach(what):
    print("BREACH" + ":", what, flush=True)


def regions():
    with open("/proc/self/maps") as file:
        for line in file.read().splitlines():
            span, rights, *_, name = line.split()
            start, end = (int(address, 16) for address in span.split("-"))
            yield start, end - start, name


given = 0
for start, size, name in list(regions()):
    if "/torch/lib/" in name or "libtorch" in name:
        libc.munmap(start, size)
        given += size >> 20
taken = []
try:
    while len(taken) < 256:
        taken.append(mmap.mmap(-1, 16 * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
except (OSError, MemoryError):
    pass
if 16 * len(taken) > 1024 + 64:
    breach(f"{16 * len(taken)} MiB, after {given} were given back")
taken.clear()


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
