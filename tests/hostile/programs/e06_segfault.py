"""Reads where there is no memory."""

THREAT = "E6"
VERDICTS = {"double": "crashed"}

import ctypes
import numpy as np


def double(x):
    return ctypes.string_at(0)


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
