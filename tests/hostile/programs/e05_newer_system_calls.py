"""Tries every system call that newer kernels have, with arguments that do nothing."""

THREAT = "E5"
VERDICTS = {}
HARMFUL = True

import ctypes
import platform

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


libc = ctypes.CDLL(None, use_errno=True)
REFUSED = (1, 38)  # EPERM, ENOSYS
# pidfd_send_signal to epoll_pwait2, without those that glibc uses: clone3, close_range, openat2, faccessat2, futex_waitv
NUMBERS = [*range(424, 435), 438, 440, *range(442, 449), *range(450, 480), *range(512, 520)]

for number in NUMBERS if platform.machine() == "x86_64" else ():
    ctypes.set_errno(0)
    if libc.syscall(number, -1, None, None, None, None, None) != -1 or ctypes.get_errno() not in REFUSED:
        breach(f"number {number}: {ctypes.get_errno()}")


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
