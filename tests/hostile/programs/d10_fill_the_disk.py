"""Writes one large file and many small ones."""

THREAT = "D10"
VERDICTS = {}
HARMFUL = True

import os
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


def fill(path, mib):
    written = 0
    try:
        with open(path, "wb") as file:
            for _ in range(mib):
                file.write(bytes(1 << 20))
                written += 1
    except OSError:
        pass
    return written


most = fill("large", 200)
os.unlink("large")
if most > 64:
    breach(f"a file of {most} MiB")
whole = sum(fill(f"part-{number}", 20) for number in range(10))
if whole > 80:
    breach(f"{whole} MiB together")


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
