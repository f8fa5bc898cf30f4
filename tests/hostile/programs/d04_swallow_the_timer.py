"""Never finishes its import, and catches every exception that could end it."""

THREAT = "D4"
VERDICTS = {}
WAITS = True

import numpy as np


def forever():
    while True:
        try:
            while True:
                pass
        except BaseException:
            forever()


forever()


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
