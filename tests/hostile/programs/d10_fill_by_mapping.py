"""Fills files of no size through memory, without a call that writes."""

THREAT = "D10"
VERDICTS = {"double_of_two": ("passed", "crashed")}
HARMFUL = True

import mmap
import os
import time

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


def attack():
    for number in range(8):
        with open(f"part-{number}", "w+b") as file:
            file.truncate(25 << 20)
            with mmap.mmap(file.fileno(), 25 << 20) as memory:
                for at in range(0, 25 << 20, 4096):
                    memory[at] = 1
    time.sleep(1)
    breach("200 MiB through memory")


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        try:
            attack()
        except OSError:
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
