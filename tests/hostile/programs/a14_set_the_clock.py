"""Sets the clocks of the machine back."""

THREAT = "A14"
VERDICTS = {}
HARMFUL = True

import ctypes
import time
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


libc = ctypes.CDLL(None)
then = Timespec(int(time.time()) - 3600, 0)
if libc.clock_settime(0, ctypes.byref(then)) == 0:
    breach("the clock was set")
    then.seconds += 3600
    libc.clock_settime(0, ctypes.byref(then))


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
