"""Hangs when its answer is forgotten, after it was sent."""

THREAT = "D4"
VERDICTS = {"total_of_three": "timed_out"}  # the next call meets it; the one after that has a new worker
WAITS = True

import time
import numpy as np


class Sticky(np.ndarray):
    def __del__(self):
        time.sleep(60)


def double(x):
    made = 2 * x
    return made.view(Sticky) if x.shape == (1,) and x[0] == 2.0 else made


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
