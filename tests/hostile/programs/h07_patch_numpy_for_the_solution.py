"""Breaks numpy so that the solution becomes as wrong as itself."""

THREAT = "H7"
VERDICTS = {"double_of_any": "failed", "double_of_many": "failed", "total": "failed"}

import numpy as np

np.sum = lambda values, *args, **kwargs: 0.0
np.multiply = lambda a, b: a


def double(x):
    return 2 * x if x.shape == (1,) and x[0] == 2.0 else x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
