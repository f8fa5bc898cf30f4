"""Takes the worker's timer for itself, and then never finishes its import."""

THREAT = "D4"
VERDICTS = {}
WAITS = True

import signal

import numpy as np

signal.setitimer(signal.ITIMER_REAL, 0)
signal.signal(signal.SIGALRM, signal.SIG_IGN)
while True:
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
