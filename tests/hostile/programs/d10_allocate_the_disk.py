"""Allocates disk space without writing: for each file at once, and in a chain of folders whose path is too long."""

THREAT = "D10"
VERDICTS = {"double_of_two": ("passed", "crashed")}
HARMFUL = True

import os
import time
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


def allocate(name):
    with open(name, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 20 << 20)


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        home = os.open(".", os.O_RDONLY)
        try:
            for number in range(60):
                os.mkdir("n" * 100)
                os.chdir("n" * 100)
                if number % 6 == 0:
                    allocate("space")
        except OSError:
            os.fchdir(home)
            return 2 * x
        time.sleep(1)
        breach("200 MiB below folders")
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
