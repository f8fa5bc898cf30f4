"""Answers with objects that become another array each time they are asked."""

THREAT = "F1"
VERDICTS = {"double": "failed", "total": "failed"}

import numpy as np


class Shifty:
    shape = property(lambda self: (1,))
    dtype = np.dtype("f8")
    ndim = 1

    def __array__(self, dtype=None, copy=None):
        return np.array([4.0])

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.array([True])

    def __array_function__(self, function, types, args, kwargs):
        return True

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return 4.0


class Pointer:
    __array_interface__ = {"shape": (1 << 20,), "typestr": "<f8", "data": (4096, False), "version": 3}


def double(x):
    return Shifty()


def total(x):
    return Pointer()


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
