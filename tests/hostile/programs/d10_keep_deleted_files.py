"""Fills the disk with files that have no name any more: open ones, and ones that are only mapped."""

THREAT = "D10"
VERDICTS = {"double_of_two": ("passed", "crashed")}
HARMFUL = True

import mmap
import os
import time
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


kept = []


def fill(number):
    file = open("nameless", "w+b", buffering=0)
    os.unlink("nameless")
    for _ in range(20):
        file.write(bytes(1 << 20))
    if number % 2:
        kept.append(mmap.mmap(file.fileno(), 4096))
    else:
        kept.append(file)


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        try:
            for number in range(10):
                fill(number)
        except OSError:
            kept.clear()
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
