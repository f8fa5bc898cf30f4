"""Aborts."""

THREAT = "E6"
VERDICTS = {"double": "crashed"}

import os
import numpy as np


def double(x):
    os.abort()


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
