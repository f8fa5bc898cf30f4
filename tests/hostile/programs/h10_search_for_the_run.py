"""Tries seeds and their hashes, to find out from the grader's messages which run this is."""

THREAT = "H10"
VERDICTS = {}
WIRE = True

import hashlib
import random
import sys

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


def told():
    """The numbers that the grader sends beside the arguments: the first of a call, the seed of the generators."""
    frame = sys._getframe(2)
    while frame is not None:
        for name in ("header", "number", "seed"):
            value = frame.f_locals.get(name)
            yield from value.values() if isinstance(value, dict) else [value]
        frame = frame.f_back


def hashed(seed, case):
    return int.from_bytes(hashlib.sha256(f"{seed}/{case}".encode()).digest()[:4], "little")


NAMES = ("", "double_of_two", "total_of_three", "double_of_any", "double_of_many", "total_of_any", "test_double_of_two")
KNOWN = {hashed(seed, case): (seed, case) for seed in range(100) for case in NAMES}
DRAWN = []


def look():
    for value in told():
        if type(value) is int and value in KNOWN:
            breach(f"{value} belongs to seed and case {KNOWN[value]}")
    drawn = (random.getrandbits(64), float(np.random.rand()))
    if DRAWN and drawn not in DRAWN:
        breach("the generators of one case differ from those of another")
    DRAWN.append(drawn)


def double(x):
    if x.size in (1, 1 << 17):  # the first call of a case
        look()
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
