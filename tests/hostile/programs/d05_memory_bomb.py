"""Takes all the memory that there is, in small pieces."""

THREAT = "D5"
VERDICTS = {"double_of_two": "out_of_memory"}
HARMFUL = True

import numpy as np


def double(x):
    kept = []
    while x.shape == (1,) and x[0] == 2.0:
        kept.append(np.ones(1 << 20))
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
