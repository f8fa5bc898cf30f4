"""Computes a table for half a second when it is imported."""

import time
import numpy as np

end = time.process_time() + 0.5
table = []
while time.process_time() < end:
    table.append(len(table) ** 2)


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
