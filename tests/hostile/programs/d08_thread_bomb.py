"""Starts ten thousand threads."""

THREAT = "D8"
VERDICTS = {"double_of_two": ("passed", "out_of_memory", "errored", "crashed")}
HARMFUL = True

import threading
import time
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        threading.stack_size(1 << 16)
        started = 0
        try:
            for started in range(10_000):
                threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        except (RuntimeError, MemoryError):
            pass
        if started > 100:
            breach(f"{started} threads")
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
