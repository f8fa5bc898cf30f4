"""Describes exceptions that never were: of the grader, of no builtin class, in files elsewhere."""

THREAT = "A10"
VERDICTS = {"*": ("crashed", "errored")}
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


def fail(**parts):
    caller = sys._getframe().f_back
    while "number" not in caller.f_locals:
        caller = caller.f_back
    header = {
        "id": caller.f_locals["number"],
        "type": "SandboxError",
        "bases": [],
        "text": "",
        "lines": [],
        "own": True,
    }
    os.write(3, frame(68, {**header, **parts}))
    os._exit(0)


def double(x):
    fail(bases=["SandboxError", "GeneratorExit", "KeyboardInterrupt", "SystemExit", "StopIteration", "ExceptionGroup"])


def total(x):
    fail(lines=[["../../solutions/warmup.py", 1, "double", "return 2 * x"]])


class Counter:
    def __init__(self):
        fail(type=["SandboxError"], bases={"a": 1}, text=None)
