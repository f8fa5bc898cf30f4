"""Turns its output into packets of one byte, and lets it refuse what does not fit."""

THREAT = "D11"
VERDICTS = {}

import fcntl
import os
import numpy as np

for fd in (1, 2):
    fcntl.fcntl(fd, fcntl.F_SETFL, os.O_WRONLY | os.O_NONBLOCK | os.O_DIRECT)
for number in range(200_000):
    try:
        os.write(1, b"x")
    except BlockingIOError:
        pass
try:
    print("y" * 1_000_000, flush=True)
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
