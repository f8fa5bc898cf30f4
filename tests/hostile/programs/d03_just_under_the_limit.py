"""Takes nearly as long as allowed, in every call."""

THREAT = "D3"
VERDICTS = {"*": ("passed", "timed_out"), "counter_of_any": "timed_out"}
WAITS = True

import time
import numpy as np


def double(x):
    time.sleep(0.45)
    return 2 * x


def total(x):
    time.sleep(0.45)
    return float(np.sum(x))


class Counter:
    def __init__(self):
        time.sleep(0.45)
        self.value = 0

    def add(self, n):
        time.sleep(0.45)
        self.value += n
        return self.value
