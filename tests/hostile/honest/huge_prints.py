"""Prints forty kilobytes of what it does, in every call."""

import numpy as np


def double(x):
    for line in range(400):
        print(f"step {line:4d}", "." * 90)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
