"""Never finishes its import."""

THREAT = "D4"
VERDICTS = {}
WAITS = True

import time
import numpy as np

while True:
    time.sleep(1)


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
