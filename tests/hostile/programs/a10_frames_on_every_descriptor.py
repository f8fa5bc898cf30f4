"""Writes answers to every descriptor from 0 to 9, under many ids."""

THREAT = "A10"
VERDICTS = {"double": "crashed"}
WIRE = True

import json
import os
import struct
import numpy as np


def frame(kind, header, body=b"", magic=b"AGW1", header_size=None, body_size=None):
    """The bytes of one frame of the wire; sizes may lie."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    sizes = (len(text) if header_size is None else header_size, len(body) if body_size is None else body_size)
    return struct.pack("<4sBIQ", magic, kind, *sizes) + text + body


def double(x):
    value = {"v": {"n": ["f8", [1], 0, 8]}, "w": [], "al": [], "verdict": "passed", "credit": 1.0}
    for fd in range(10):
        for number in range(100):
            try:
                os.write(fd, frame(67, {"id": number, **value}, struct.pack("<d", 4.0)))
            except OSError:
                break
    return 3 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
