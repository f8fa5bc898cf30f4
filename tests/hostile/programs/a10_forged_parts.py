"""Answers with handles never issued, changes of arguments never sent, values of unknown tags."""

THREAT = "A10"
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


def answer(**parts):
    caller = sys._getframe().f_back
    while "number" not in caller.f_locals:
        caller = caller.f_back
    header = {"id": caller.f_locals["number"], "v": None, "w": [], "al": [], **parts}
    os.write(3, frame(67, header, bytes(8)))
    os._exit(0)


def double(x):
    answer(v={"c": 1})


def total(x):
    answer(w=[[99, {"n": ["f8", [1], 0, 8]}]], al=[99])


class Counter:
    def __init__(self):
        answer(v={"h": [2**40, "Counter"]})
