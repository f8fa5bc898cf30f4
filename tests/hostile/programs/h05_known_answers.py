"""Knows the answers of the visible cases by heart."""

THREAT = "H5"
VERDICTS = {"double_of_any": "failed", "double_of_many": "failed", "total_of_any": "failed", "counter_of_any": "failed"}

import numpy as np


def double(x):
    return np.array([4.0])


def total(x):
    return 6.0


class Counter:
    def __init__(self):
        self.value = 0
        self.answers = [2, 5] * 100

    def add(self, n):
        return self.answers.pop(0)
