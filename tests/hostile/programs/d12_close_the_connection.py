"""Closes the connection, or puts another file in its place."""

THREAT = "D12"
VERDICTS = {"double": "crashed", "total": "crashed"}
WIRE = True

import os
import numpy as np


def double(x):
    os.close(3)
    return 2 * x


def total(x):
    os.dup2(os.open("/dev/null", os.O_RDWR), 3)
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
