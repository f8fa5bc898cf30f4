"""Prints every input that it is given."""

THREAT = "B12"
VERDICTS = {}

import numpy as np


def double(x):
    print("HIDDEN-INPUT", x[:3])
    return 2 * x


def total(x):
    print("HIDDEN-INPUT", x)
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
