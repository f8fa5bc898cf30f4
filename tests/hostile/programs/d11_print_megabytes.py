"""Prints twenty megabytes and answers."""

THREAT = "D11"
VERDICTS = {}

import os
import numpy as np


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        for _ in range(20):
            os.write(1, b"x" * (1 << 20))
        print("\n" * 100_000)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
