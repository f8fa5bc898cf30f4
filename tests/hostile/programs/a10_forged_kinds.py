"""Sends frames of other kinds in the place of an answer."""

THREAT = "A10"
VERDICTS = {"*": "crashed"}
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
    os.write(3, frame(65, {"names": [["double", "callable"]]}))


def total(x):
    os.write(3, frame(69, {"cb": 1, "a": [], "k": []}))


class Counter:
    def __init__(self):
        os.write(3, frame(2, {"id": 1, "seed": 0, "drop": [], "calls": []}))
