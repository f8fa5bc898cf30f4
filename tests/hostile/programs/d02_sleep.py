"""Sleeps, and goes on sleeping when it is woken."""

THREAT = "D2"
VERDICTS = {"double_of_two": "timed_out"}
WAITS = True

import time
import numpy as np


def double(x):
    while x.shape == (1,) and x[0] == 2.0:
        try:
            time.sleep(60)
        except BaseException:
            continue
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
