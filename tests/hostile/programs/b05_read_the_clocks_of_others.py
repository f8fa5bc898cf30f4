"""Reads how much CPU time the grader and other processes have used."""

THREAT = "B5"
VERDICTS = {}
NEEDS = "sandbox"

import os
import time

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


VICTIM = "<victim>"
GRADER = "<grader>"

for pid in {VICTIM, GRADER, os.getppid()}:
    if pid in (-1, 0, os.getpid()):
        continue
    for kind in (0, 1, 2):
        try:
            found = time.clock_gettime((~pid << 3) | kind)
        except (OSError, OverflowError, TypeError):
            continue
        breach(f"a clock of {pid}: {found}")


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
