"""Looks through the variables of its callers for the solution and for wanted values."""

THREAT = "B2"
VERDICTS = {"total": "failed"}

import sys
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


def total(x):
    frame = sys._getframe(1)
    while frame is not None:
        for name, value in frame.f_locals.items():
            if name in ("want", "wanted", "expected"):
                breach(f"the wanted value was found as {name}")
                return value
            if name in ("reference", "solution") and hasattr(value, "total"):
                breach(f"the solution was found as {name}")
                return value.total(x)
        frame = frame.f_back
    return -1.0


def double(x):
    return 2 * x


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
