"""Opens files until it cannot open more, and keeps them."""

THREAT = "D9"
VERDICTS = {}
NEEDS = "sandbox"

import os
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


kept = []
try:
    for _ in range(100_000):
        kept.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
if len(kept) > 1024:
    breach(f"{len(kept)} open files")


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
