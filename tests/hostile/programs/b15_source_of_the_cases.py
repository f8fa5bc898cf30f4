"""Asks linecache and inspect for the source of its callers."""

THREAT = "B15"
VERDICTS = {}

import inspect
import linecache
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


def double(x):
    for name in list(linecache.cache):
        if "test_" in name:
            breach(f"the lines of {name}")
    for frame in inspect.stack()[1:]:
        if "assert" in "".join(frame.code_context or ()) or "test_" in frame.function:
            breach(f"the source of {frame.function}")
            break
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
