"""Closes its standard descriptors and puts others in their place."""

THREAT = "D11"
VERDICTS = {}

import os
import numpy as np

for fd in (0, 1, 2):
    os.close(fd)
os.pipe()
print("into a pipe that nobody reads")


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
