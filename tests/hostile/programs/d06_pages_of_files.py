"""Holds memory as pages of sparse files, of shared maps and of pipes."""

THREAT = "D6"
VERDICTS = {"double_of_two": ("passed", "crashed", "out_of_memory", "errored")}
HARMFUL = True

import mmap
import os

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


held = []


def attack():
    for number in range(40):
        with open(f"sparse-{number}", "w+b") as file:
            file.truncate(30 << 20)
            held.append(mmap.mmap(file.fileno(), 30 << 20, access=mmap.ACCESS_READ))
            sum(held[-1][:: 4096])
    breach("1.2 GiB of pages")


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        try:
            attack()
        except (OSError, MemoryError, ValueError):
            held.clear()
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
