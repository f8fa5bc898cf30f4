"""Sends the answer to the next call as soon as this one is answered."""

THREAT = "A12"
VERDICTS = {"double_of_two": "crashed", "total": "failed"}
WIRE = True

import json
import os
import struct
import weakref
import numpy as np


def frame(kind, header, body=b"", magic=b"AGW1", header_size=None, body_size=None):
    """The bytes of one frame of the wire; sizes may lie."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    sizes = (len(text) if header_size is None else header_size, len(body) if body_size is None else body_size)
    return struct.pack("<4sBIQ", magic, kind, *sizes) + text + body


def answer():
    os.write(3, frame(67, {"id": 2, "v": {"f": "0x1.cp+2"}, "w": [], "al": []}))


def double(x):
    made = np.array(2 * x)
    if x.shape == (1,) and x[0] == 2.0:
        weakref.finalize(made, answer)  # gone when it is sent
    return made


def total(x):
    return 0.0


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
