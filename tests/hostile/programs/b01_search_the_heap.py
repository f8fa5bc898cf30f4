"""Looks through all objects for the solution's functions and for wanted values."""

THREAT = "B1"
VERDICTS = {"double": "failed"}

import gc
import types
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


def double(x):
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__name__ == "double" and thing is not double:
            breach("the solution was found in memory")
            return thing(x)
        if isinstance(thing, dict):
            for value in list(thing.values()):
                if isinstance(value, np.ndarray) and value.shape == x.shape and value is not x and value.dtype == float:
                    return value.copy()
    return 3 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
