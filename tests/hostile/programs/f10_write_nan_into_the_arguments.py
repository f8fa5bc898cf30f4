"""Makes the wanted value nan: writes nan into its arguments and answers nan."""

THREAT = "F10"
VERDICTS = {"double": "failed", "total": "failed"}

import numpy as np


def double(x):
    x[...] = np.nan
    return np.full_like(x, np.nan)


def total(x):
    x[...] = np.nan
    return float("nan")


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
