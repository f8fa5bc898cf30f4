"""Fills memory through memfd, shared memory and the scratch folder."""

THREAT = "D6"
VERDICTS = {}
HARMFUL = True

import ctypes
import mmap
import os
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


MOST = 192
libc = ctypes.CDLL(None, use_errno=True)
if libc.memfd_create(b"bomb", 0) >= 0:
    breach("memfd")
written = 0
for i, place in enumerate(("/dev/shm", "/tmp", "/var/tmp", ".")):
    for number in range(MOST):
        try:
            with open(f"{place}/bomb-{i}-{number}", "wb") as file:
                file.write(bytes(1 << 20))
            written += 1
        except OSError:
            break
if written >= MOST:
    breach(f"{written} MiB of files")
for number in range(MOST):
    try:
        os.unlink(f"/dev/shm/bomb-0-{number}")
    except OSError:
        break
try:
    mmap.mmap(-1, 1 << 31, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
    breach("two gigabytes of shared memory")
except (OSError, MemoryError):
    pass


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
