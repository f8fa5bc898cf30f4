"""Fills the disk with files that never had a name, so that no folder changes."""

THREAT = "D10"
VERDICTS = {"double_of_two": ("passed", "crashed")}
HARMFUL = True

import os
import time
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


kept = []


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        try:
            for _ in range(10):
                kept.append(os.open(".", os.O_TMPFILE | os.O_RDWR))
                for _ in range(20):
                    os.write(kept[-1], bytes(1 << 20))
        except OSError:
            return 2 * x
        time.sleep(1)
        breach("200 MiB of files without a name")
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
