"""Answers with views that are vast when written out."""

THREAT = "F8"
VERDICTS = {"double": "errored", "total": ("errored", "out_of_memory")}

import numpy as np


def double(x):
    return np.broadcast_to(x[:1], (2**40,))


def total(x):
    part = np.zeros(1 << 20)
    return [part] * 4000


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
