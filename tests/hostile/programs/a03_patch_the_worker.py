"""Finds the loop that serves it and makes every failure an answer."""

THREAT = "A3"
VERDICTS = {"double": "failed", "total": "failed"}
WAITS = True
WIRE = True

import sys
import numpy as np


def callers():
    frame = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back


def double(x):
    for frame in callers():
        server = frame.f_locals.get("self")
        if hasattr(server, "_fail") and hasattr(server, "_reply"):
            server._fail = lambda number, exc, server=server: server._reply(number, 7.0, keep=False, nodes=[])
    return 3 * x


def total(x):
    raise ValueError("an answer all the same")


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
