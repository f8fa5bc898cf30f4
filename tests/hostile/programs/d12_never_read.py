"""Stops reading, so that the grader cannot send."""

THREAT = "D12"
VERDICTS = {"double_of_many": "timed_out"}  # the call that cannot be sent
WAITS = True
WIRE = True

import sys
import time
import numpy as np


def double(x):
    frame = sys._getframe()
    while frame is not None:
        server = frame.f_locals.get("self")
        if hasattr(server, "_exactly") and x.size == 9:  # the call before the large one
            type(server)._exactly = lambda self, size: time.sleep(60)
        frame = frame.f_back
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
