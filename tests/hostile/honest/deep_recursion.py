"""Recurses as deep as Python allows, and a little deeper where it asks to."""

import sys

import numpy as np

sys.setrecursionlimit(5000)


def add_up(values, start=0):
    if start == len(values):
        return 0.0
    return float(values[start]) + add_up(values, start + 1)


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


def total(x):
    assert down(3000) == 3000
    return add_up(np.ravel(x))


def double(x):
    return 2 * x


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
