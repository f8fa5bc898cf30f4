"""Prints what clears screens, turns text around and hides lines."""

THREAT = "G2"
VERDICTS = {}

import os
import numpy as np

os.write(1, b"\x1b[2J\x1b[H\x1b]0;title\x07\x1b[8mhidden\x1b]8;;http://x\x07\r\x00\xff\xfe\x9b31m\n")
print("\u202e\u2066\u200b\ufeff\u2028\u2029\x85 \ud800".encode("utf-8", "replace").decode())
print("\rBREACH-free\x08\x08\x08\x7f")


def double(x):
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
