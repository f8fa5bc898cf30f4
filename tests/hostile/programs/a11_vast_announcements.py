"""Announces more bytes than there are."""

THREAT = "A11"
VERDICTS = {"*": "crashed"}
WIRE = True

import json
import os
import struct
import sys
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
    os.write(3, frame(67, {}, body_size=2**64 - 1))


def total(x):
    os.write(3, frame(67, {}, header_size=2**32 - 1))


class Counter:
    def __init__(self):
        os.write(3, frame(67, {"id": number(), "v": {"n": ["f8", [2**40, 2**40, 0], 0, 0]}, "w": [], "al": []}))
