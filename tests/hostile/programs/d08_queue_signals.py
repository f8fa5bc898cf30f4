"""Lets signals wait for itself until the kernel has no more for any process of its user."""

THREAT = "D8"
VERDICTS = {}
HARMFUL = True

import ctypes
import os
import platform
import signal
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


libc = ctypes.CDLL(None, use_errno=True)
TGKILL = 234 if platform.machine() == "x86_64" else 131
signal.pthread_sigmask(signal.SIG_BLOCK, range(signal.SIGRTMIN, signal.SIGRTMAX))
for number in range(20_000):
    libc.syscall(TGKILL, os.getpid(), os.getpid(), signal.SIGRTMIN)
with open("/proc/self/status") as file:
    waiting = next(line.split()[1] for line in file if line.startswith("SigQ:"))
if int(waiting.partition("/")[0]) > 1000:
    breach(f"{waiting} signals wait")


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
