"""Counts with numpy scalars and with integers of its own kind."""

import enum

import numpy as np


class Step(enum.IntEnum):
    NONE = 0


class Counter:
    def __init__(self):
        self.value = np.int64(Step.NONE)

    def add(self, n):
        self.value = self.value + np.int64(n)
        return self.value


def total(x):
    return np.sum(x)


def double(x):
    return 2 * x
