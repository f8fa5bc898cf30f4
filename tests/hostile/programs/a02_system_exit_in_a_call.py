"""Raises SystemExit(0) in a call."""

THREAT = "A2"
VERDICTS = {"double": "errored"}

import numpy as np


def double(x):
    raise SystemExit(0)


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
