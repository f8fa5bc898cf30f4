"""Lowers every limit of its process to nothing, so that what ends it looks like a fault of the grader."""

THREAT = "D13"
VERDICTS = {"*": ("passed", "crashed", "errored", "timed_out", "out_of_memory")}
WAITS = True

import resource
import numpy as np


def lower():
    for name in ("DATA", "AS", "STACK", "FSIZE", "NOFILE", "NPROC", "CPU", "RTTIME", "SIGPENDING", "MEMLOCK", "RSS"):
        which = getattr(resource, f"RLIMIT_{name}", None)
        try:
            resource.setrlimit(which, (0, 0))
        except (OSError, ValueError, TypeError):
            continue


def double(x):
    lower()
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
