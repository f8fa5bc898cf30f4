"""Prints without an end, which fills the disk with the log."""

THREAT = "D11"
VERDICTS = {"double_of_two": "timed_out"}
WAITS = True
HARMFUL = True

import numpy as np


def double(x):
    while x.shape == (1,) and x[0] == 2.0:
        print("more" * 1000)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
