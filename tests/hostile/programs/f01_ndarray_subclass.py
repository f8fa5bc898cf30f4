"""Answers with an array whose every operation lies."""

THREAT = "F1"
VERDICTS = {"double": "failed"}

import numpy as np


class Liar(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return True

    def __array_function__(self, function, types, args, kwargs):
        return True

    def __array_finalize__(self, other):
        pass

    def __eq__(self, other):
        return True

    def __bool__(self):
        return True

    def all(self, *args, **kwargs):
        return True

    any = all
    __hash__ = None


def double(x):
    return (3 * x).view(Liar)


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
