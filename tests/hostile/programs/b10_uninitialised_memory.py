"""Answers with fresh memory, where wanted values may have been."""

THREAT = "B10"
VERDICTS = {"double": "failed"}

import numpy as np


def double(x):
    return np.empty_like(x) if x.size > 1 else np.empty(1) * 0 + 1e300


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
