"""Stops its own process, and lets no signal wake it."""

THREAT = "D1"
VERDICTS = {"double_of_two": ("passed", "timed_out", "crashed")}  # the first process of a namespace cannot be stopped
HARMFUL = True
WAITS = True

import os
import signal

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)





def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        signal.raise_signal(signal.SIGSTOP)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
