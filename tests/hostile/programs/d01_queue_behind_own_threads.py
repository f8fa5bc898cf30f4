"""Loops in many threads at once, so that the main one has to queue and the deadline moves."""

THREAT = "D1"
VERDICTS = {"double_of_two": "timed_out", "*": ("passed", "timed_out")}
WAITS = True

import threading
import numpy as np


def burn():
    a = np.ones(1 << 16)
    while True:
        np.sqrt(a, out=a)  # numpy lets other threads run meanwhile


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        for _ in range(8):
            threading.Thread(target=burn, daemon=True).start()
        burn()
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
