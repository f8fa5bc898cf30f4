"""Calls pytest.xfail, or raises what looks like it."""

THREAT = "A5"
VERDICTS = {"double": "errored"}

import numpy as np


def double(x):
    try:
        from pytest import xfail
    except ImportError:
        kind = type("XFailed", (BaseException,), {"__module__": "_pytest.outcomes", "msg": "known"})
        raise kind("known") from None
    xfail("known")


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
