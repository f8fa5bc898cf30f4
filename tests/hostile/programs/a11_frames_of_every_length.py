"""Announces headers and bodies of all lengths that a counter can hold."""

THREAT = "A11"
VERDICTS = {"*": "crashed", "total": "passed", "Counter": "passed"}
WIRE = True

import os
import struct

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


LENGTHS = ((0xFFFFFFFF, 0), (2, 0xFFFFFFFFFFFFFFFF), (0, 0), (1, 0), (0x7FFFFFFF, 0x7FFFFFFFFFFFFFFF), (2, 1 << 40))
calls = 0


def double(x):
    global calls
    head, body = LENGTHS[(x.size + int(x.flat[0] * 7)) % len(LENGTHS)]
    os.write(3, struct.pack("<4sBIQ", b"AGW1", 67, head, body) + b"{}" * 50)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
