"""Reads where symbolic links lead that it guesses: of a course, of other processes."""

THREAT = "B4"
VERDICTS = {}
NEEDS = "sandbox"

import os
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


GRADER = "<grader>"
LINKS = {"a link": "<secret link>"}
LINKS |= {f"{name} of the grader": f"/proc/{GRADER}/{name}" for name in ("exe", "cwd", "root", "fd/0", "ns/net")}
for name, path in LINKS.items():
    try:
        found = os.readlink(path)
    except OSError:
        continue
    breach(f"{name} leads to {found}")


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
