"""Looks in its own memory for what a submission before it left there."""

THREAT = "B9"
VERDICTS = {}
TWICE = True

import ctypes
import os
import re
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


mark = b"".join((b"MARK", b"-OF-", b"SOMEBODY-"))
mine = mark + os.urandom(16).hex().encode()
keep = [mine * 1000, [mine + bytes([i]) for i in range(200)]]
pattern = re.compile(re.escape(mark) + rb"[0-9a-f]{32}")

with open("/proc/self/maps") as file:
    regions = [line.split() for line in file]
for span, rights, *_, name in regions:
    start, end = (int(part, 16) for part in span.split("-"))
    if rights.startswith("rw") and not name.startswith("[v") and end - start < 1 << 28:
        view = (ctypes.c_char * (end - start)).from_address(start)
        if any(found != mine for found in pattern.findall(memoryview(view))):
            breach("a mark of the one before")
            break


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
