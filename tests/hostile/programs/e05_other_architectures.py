"""Calls the kernel by the numbers of other architectures."""

THREAT = "E5"
VERDICTS = {}
NEEDS = "sandbox"

import ctypes
import numpy as np

libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(0x40000000 + 59, None, None, None) is not None:  # execve by the numbers of x32
    print("BREACH" + ": the kernel answered", flush=True)


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
