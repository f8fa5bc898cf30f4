"""Answers with eighty megabytes where eight bytes are wanted."""

THREAT = "F6"
VERDICTS = {"double": "errored", "total": "errored"}

import numpy as np


def double(x):
    return np.zeros((10_000_000, x.size)) if x.size == 1 else np.full((x.size, 10_000_000 // x.size), x.flat[0])


def total(x):
    return np.zeros((1, 10_000_000, 1))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
