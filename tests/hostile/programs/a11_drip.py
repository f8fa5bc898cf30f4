"""Sends an answer byte by byte, so that every wait for the next one is short."""

THREAT = "A11"
VERDICTS = {"double_of_two": "timed_out"}
WAITS = True
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


def number():
    """The number of the call in hand, which its answer has to name."""
    caller = sys._getframe().f_back
    while "number" not in caller.f_locals:
        caller = caller.f_back
    return caller.f_locals["number"]


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        for byte in frame(67, {"id": number(), "v": None, "w": [], "al": [], "text": "x" * 60_000}):
            os.write(3, bytes([byte]))
            time.sleep(0.02)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
