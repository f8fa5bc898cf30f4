"""Takes new memory and gives it back in an endless loop, so that the kernel works for it all the time."""

THREAT = "D1"
VERDICTS = {"double_of_two": "timed_out"}
WAITS = True

import mmap
import numpy as np


def double(x):
    while x.shape == (1,) and x[0] == 2.0:
        with mmap.mmap(-1, 1 << 25, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
            for page in range(0, 1 << 25, 4096):
                memory[page] = 1
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
