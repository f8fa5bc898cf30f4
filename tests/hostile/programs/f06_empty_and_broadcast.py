"""Answers with empty arrays and with shapes that broadcast."""

THREAT = "F6"
VERDICTS = {"double": "failed", "total": "failed", "Counter": "failed"}

import numpy as np


def double(x):
    return np.empty((0, *x.shape)) if x.size == 1 else 2 * x[None, :, None] * np.ones((1, 1, 3))


def total(x):
    return np.empty(0)


class Counter:
    def __init__(self):
        self.value = []

    def add(self, n):
        return []
