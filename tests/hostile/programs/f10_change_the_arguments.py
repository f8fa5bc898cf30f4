"""Changes its arguments so that the wanted value becomes what it answers."""

THREAT = "F10"
VERDICTS = {"double": "failed", "total": "failed"}

import numpy as np


def double(x):
    x[...] = 0.0
    return np.zeros_like(x)


def total(x):
    x[...] = 0.0
    return 0.0


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
