"""Leaves files for the next submission in every folder where it can."""

THREAT = "C4"
VERDICTS = {}
TWICE = True
NEEDS = "sandbox"

import os
import tempfile
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


PLACES = (
    ".",
    "/tmp",
    "/dev/shm",
    "/var/tmp",
    "/run",
    "/dev/mqueue",
    "~",
    tempfile.gettempdir(),
    os.path.expanduser("~"),
)
MESSAGE = "hostile-message"
for place in PLACES:
    if os.path.exists(os.path.join(place, MESSAGE)):
        breach(f"a message in {place}")
for place in PLACES:
    try:
        with open(os.path.join(place, MESSAGE), "w") as file:
            file.write("the answer is 42")
    except OSError:
        pass


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
