"""Runs code when an attribute is read, and answers differently each time."""

THREAT = "F11"
VERDICTS = {"counter_of_any": "failed", "counter_counts": "passed"}

import numpy as np


class Counter:
    reads = 0

    def __init__(self):
        self.sum = 0

    def __getattribute__(self, name):
        if name == "value":
            type(self).reads += 1
            return type(self).reads
        return object.__getattribute__(self, name)

    def add(self, n):
        self.sum += n
        return self.sum


def double(x):
    return 2 * x


def total(x):
    return float(np.sum(x))
