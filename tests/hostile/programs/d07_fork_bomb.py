"""Starts processes that start processes."""

THREAT = "D7"
VERDICTS = {}
HARMFUL = True

import ctypes
import os
import time
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


libc = ctypes.CDLL(None, use_errno=True)
for name, start in (("fork", os.fork), ("forkpty", lambda: os.forkpty()[0]), ("vfork", lambda: libc.syscall(57))):
    for _ in range(40):  # bounded, should a wall have a hole
        try:
            pid = start()
        except OSError:
            break
        if pid == 0:
            time.sleep(20)
            os._exit(0)
        if pid < 0:
            break
        breach(name)


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
