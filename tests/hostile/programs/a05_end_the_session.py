"""Calls pytest.exit with status 0, or raises what looks like it."""

THREAT = "A5"
VERDICTS = {"double": "errored"}

import numpy as np


def double(x):
    try:
        from pytest import exit
    except ImportError:
        kind = type("Exit", (Exception,), {"__module__": "_pytest.outcomes", "msg": "done", "returncode": 0})
        raise kind("done") from None
    exit("done", returncode=0)


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
