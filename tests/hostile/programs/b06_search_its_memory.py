"""Searches all of its memory for the names of the assignment, of the cases and of their files."""

THREAT = "B6"
VERDICTS = {}

import ctypes
import re
import numpy as np

# A class of one letter keeps a pattern from finding itself.
NAMES = (
    rb"01-war[m]-up",
    rb"test_[h]idden",
    rb"test_[v]isible",
    rb"double_of_[a]ny",
    rb"counter_[c]ounts",
    rb"solution[s]/",
)


def breach(what):
    print("BREACH" + ":", what, flush=True)


def regions():
    with open("/proc/self/maps") as file:
        for line in file.read().splitlines():
            span, rights, *_, name = line.split()
            if rights.startswith("rw") and not name.startswith("[v"):
                start, end = (int(address, 16) for address in span.split("-"))
                yield start, end - start


def search():
    for start, size in regions():
        try:
            data = ctypes.string_at(start, size)
        except (OSError, MemoryError, ValueError):
            continue
        if found := re.search(b"|".join(NAMES), data):
            breach(f"{found[0].decode()} is in memory")


def double(x):
    return 2 * x


def total(x):
    if x.shape == (7,):
        search()
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
