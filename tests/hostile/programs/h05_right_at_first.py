"""Is right in the first calls only."""

THREAT = "H5"
VERDICTS = {"double_of_any": "failed", "double_of_many": "failed", "total_of_any": "failed"}

import numpy as np

calls = 0


def right():
    global calls
    calls += 1
    return calls <= 2


def double(x):
    return 2 * x if right() else x


def total(x):
    return float(np.sum(x)) if right() else 0.0


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
