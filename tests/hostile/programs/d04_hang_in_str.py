"""Raises an exception whose text never ends."""

THREAT = "D4"
VERDICTS = {"double_of_two": "timed_out"}
WAITS = True

import numpy as np


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        raise Endless
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
