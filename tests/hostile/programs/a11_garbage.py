"""Sends random bytes."""

THREAT = "A11"
VERDICTS = {"double": "crashed"}
WIRE = True

import os
import numpy as np


def double(x):
    os.write(3, os.urandom(100_000))
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
