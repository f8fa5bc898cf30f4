"""Raises StopIteration, which ends the loop of a case without a comparison."""

THREAT = "A5"
VERDICTS = {"double": "errored"}

import numpy as np


def double(x):
    raise StopIteration


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
