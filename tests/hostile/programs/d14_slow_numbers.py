"""Answers with as many numbers as it may, of kinds that take long to compare: the smallest, text, lists in lists."""

THREAT = "D14"
VERDICTS = {"*": ("failed", "errored", "crashed", "out_of_memory")}

import numpy as np


def double(x):
    if x.size == 1:
        return np.full(2_000_000, 5e-324)
    if x.size == 5:
        return [5e-324] * 1_000_000
    return [[[1.0, float("nan")]] * 1000] * 50


def total(x):
    return np.full((1000, 2000), 5e-324).astype(np.float32) if x.size == 3 else 10**18 * [1][0] * 1.0e-310


class Counter:
    def __init__(self):
        self.value = [-(2**62)] * 200_000

    def add(self, n):
        return self.value
