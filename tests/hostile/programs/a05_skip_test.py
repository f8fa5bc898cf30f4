"""Raises unittest.SkipTest, which pytest takes for a skipped test."""

THREAT = "A5"
VERDICTS = {"double": "errored"}

import unittest
import numpy as np


def double(x):
    raise unittest.SkipTest("not today")


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
