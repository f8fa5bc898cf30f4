"""Raises a BaseException that cannot be shown."""

THREAT = "A2"
VERDICTS = {"double": "errored"}

import numpy as np


class Quiet(BaseException):
    def __str__(self):
        raise SystemExit(0)

    __repr__ = __str__


def double(x):
    raise Quiet


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
