"""Announces a megabyte and sends half of it."""

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
        os.write(3, frame(67, {"id": number()}, body_size=1 << 20) + bytes(1 << 12))
        time.sleep(60)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
