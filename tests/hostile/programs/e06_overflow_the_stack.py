"""Recurses in C until the stack is full."""

THREAT = "E6"
VERDICTS = {"double": ("crashed", "errored")}

import sys
import numpy as np

sys.setrecursionlimit(10**9)


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __repr__(self):
        return repr([self])


def double(x):
    return repr(Deep())


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
