"""Answers for itself, and lets its own answer come so late that the next case is asked already."""

THREAT = "A10"
VERDICTS = {"double_of_two": "crashed", "double_of_any": "failed"}  # the next case runs again in a new worker
WIRE = True

import json
import os
import struct
import sys
import time

import numpy as np


def frame(kind, header, body=b"", magic=b"AGW1", header_size=None, body_size=None):
    """The bytes of one frame of the wire; sizes may lie."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    sizes = (len(text) if header_size is None else header_size, len(body) if body_size is None else body_size)
    return struct.pack("<4sBIQ", magic, kind, *sizes) + text + body


def double(x):
    caller = sys._getframe().f_back
    while caller is not None and "number" not in caller.f_locals:
        caller = caller.f_back
    if caller is None or x.size != 1:
        return 3 * x if x.size == 1 else 2 * x
    answer = {"id": caller.f_locals["number"], "v": {"n": ["f8", [1], 0, 8]}, "w": [], "al": []}
    os.write(3, frame(67, answer, struct.pack("<d", 5.0)))
    time.sleep(0.2)
    return 3 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
