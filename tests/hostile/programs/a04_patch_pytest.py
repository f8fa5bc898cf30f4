"""Makes pytest's test functions do nothing."""

THREAT = "A4"
VERDICTS = {"double": "failed"}

import numpy as np

try:
    import _pytest.python

    _pytest.python.Function.runtest = lambda self: None
except (ImportError, OSError):
    pass


def double(x):
    return 3 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
