"""Answers with text, dates, records, complex numbers and truth values."""

THREAT = "F7"
VERDICTS = {"double": ("failed", "errored"), "total": "failed", "Counter": "failed"}

import numpy as np


def double(x):
    kinds = {1: np.array(["4.0"]), 5: (2 * x).astype(complex), 9: x.astype("M8[s]")}
    return kinds.get(x.size, np.zeros(x.size, dtype=[("a", "f8")]))


def total(x):
    return True if x.size == 1 else complex(np.sum(x))


class Counter:
    def __init__(self):
        self.value = np.True_

    def add(self, n):
        return "2" if n == 2 else "5"
