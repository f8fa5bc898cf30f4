"""Ends the process that it was started by."""

THREAT = "A17"
VERDICTS = {}
NEEDS = "sandbox"

import os
import signal
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


parent = os.getppid()
for pid in {parent, "<grader>"}:
    if isinstance(pid, int) and pid > 1:
        try:
            os.kill(pid, signal.SIGTERM if pid != parent else signal.SIGKILL)
            breach(f"a signal went to {pid}")
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
