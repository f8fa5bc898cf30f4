"""Stays inside one operation that never ends."""

THREAT = "D1"
VERDICTS = {"double_of_two": "timed_out"}
WAITS = True

import numpy as np


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        return 7 ** (7**9)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
