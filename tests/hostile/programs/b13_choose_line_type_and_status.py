"""Tells its inputs without any text: by the line that raises, the type of the exception, the status of the exit."""

THREAT = "B13"
VERDICTS = {"double": ("errored", "crashed"), "total": ("errored", "crashed")}

import os
import numpy as np

KINDS = (ValueError, KeyError, IndexError, ZeroDivisionError, OverflowError, OSError, LookupError, RuntimeError)


def tell(x):
    bits = int.from_bytes(np.float64(x.ravel()[0]).tobytes()[:4], "little")
    if bits & 1:
        os._exit(bits >> 1 & 127)
    kind, line = KINDS[bits >> 1 & 7], bits >> 4 & 3
    if line == 0:
        raise kind
    if line == 1:
        raise kind
    if line == 2:
        raise kind
    raise kind


def double(x):
    tell(x)


def total(x):
    tell(x)


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
