"""Answers one question more often than once, so that the surplus stands before the next case."""

THREAT = "A12"
VERDICTS = {"double_of_two": "crashed"}  # the others are innocent
WIRE = True

import json
import os
import struct
import sys

import numpy as np


def frame(kind, header, body=b""):
    """The bytes of one frame of the wire."""
    text = json.dumps(header).encode()
    return struct.pack("<4sBIQ", b"AGW1", kind, len(text), len(body)) + text + body


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        caller = sys._getframe().f_back
        while "number" not in caller.f_locals:
            caller = caller.f_back
        answer = {"id": caller.f_locals["number"], "v": {"n": ["f8", [1], 0, 8]}, "w": [], "al": []}
        os.write(3, frame(67, answer, struct.pack("<d", 4.0)) * 3)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
