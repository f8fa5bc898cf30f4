"""Asks for eight terabytes at once."""

THREAT = "D5"
VERDICTS = {"double": "out_of_memory"}
HARMFUL = True

import numpy as np


def double(x):
    return np.ones(2**40)[: x.size]


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
