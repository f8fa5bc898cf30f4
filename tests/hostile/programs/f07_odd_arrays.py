"""Answers with arrays whose parts say different things: masks, other byte orders, half and long floats, old classes."""

THREAT = "F7"
VERDICTS = {"double_of_two": "errored", "double_of_any": ("failed", "errored"), "total": ("failed", "errored"), "Counter": "errored"}

import numpy as np


def double(x):
    made = 2 * x
    if x.size == 1:
        return np.ma.masked_array(made, mask=True)
    if x.size == 5:
        return made.astype(">f8")[::-1][::-1]
    return np.lib.stride_tricks.as_strided(np.repeat(made, 3), made.shape, (24,)) if made.ndim == 1 else made


def total(x):
    if x.size == 3:
        return np.ma.masked_array([6.5], mask=[True])
    return np.array([np.sum(x) + 1], dtype=[("value", ">f8")]).view(np.recarray)


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value = np.longdouble(self.value + n)
        return self.value
