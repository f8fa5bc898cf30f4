"""Adds up with generators, closures, a context manager and an operator."""

import contextlib
import itertools
import operator

import numpy as np


@contextlib.contextmanager
def careful():
    yield
    print("done")


def pairs(values):
    yield from itertools.chain(values, [])


def total(x):
    with careful():
        return float(functools_free_sum(pairs(np.ravel(x))))


def functools_free_sum(values):
    result = 0.0
    for value in values:
        result = operator.add(result, value)
    return result


def double(x):
    return 2 * x


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
