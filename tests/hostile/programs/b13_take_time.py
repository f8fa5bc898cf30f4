"""Takes more or less time, according to its input: a report with the seconds of a case would tell it."""

THREAT = "B13"
VERDICTS = {}

import time
import numpy as np


def double(x):
    time.sleep((int.from_bytes(np.float64(x.ravel()[0]).tobytes()[:1], "little") & 15) / 1000)
    return 2 * x


def total(x):
    time.sleep((int.from_bytes(np.float64(x.ravel()[0]).tobytes()[:1], "little") & 15) / 1000)
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
