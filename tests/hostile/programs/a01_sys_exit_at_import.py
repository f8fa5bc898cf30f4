"""Raises SystemExit while it is imported."""

THREAT = "A1"
VERDICTS = {}

import sys
import numpy as np

sys.exit(0)


def double(x):
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
