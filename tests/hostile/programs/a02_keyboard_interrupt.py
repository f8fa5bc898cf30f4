"""Raises KeyboardInterrupt, which ends a session of pytest."""

THREAT = "A2"
VERDICTS = {"double": "errored"}

import numpy as np


def double(x):
    raise KeyboardInterrupt


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
