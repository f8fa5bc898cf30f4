"""Loops without an end and ignores every signal that can be ignored."""

THREAT = "D1"
VERDICTS = {"double_of_two": "timed_out"}
WAITS = True

import signal
import numpy as np

for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, signal.SIG_IGN)
    except OSError:
        pass


def double(x):
    while x.shape == (1,) and x[0] == 2.0:
        pass
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
