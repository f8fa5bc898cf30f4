"""Sends the first bytes of a frame and ends."""

THREAT = "A11"
VERDICTS = {"double": "crashed"}
WIRE = True

import os
import numpy as np


def double(x):
    os.write(3, b"AGW1\x43\x10")
    os._exit(0)


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
