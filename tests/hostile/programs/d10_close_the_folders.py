"""Fills folders that nobody may enter any more."""

THREAT = "D10"
VERDICTS = {"double_of_two": ("passed", "crashed")}
HARMFUL = True

import os
import time

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


def fill(folder, number):
    """Write 20 MiB below an open folder."""
    fd = os.open(f"part-{number}", os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=folder)
    for _ in range(20):
        os.write(fd, bytes(1 << 20))
    os.close(fd)


def attack():
    os.umask(0)
    outer = os.open(".", os.O_RDONLY)
    for number in range(10):
        os.mkdir(f"folder-{number}", 0o700)
        folder = os.open(f"folder-{number}", os.O_RDONLY)
        fill(folder, number)
        os.mkdir(f"closed-{number}", 0o000)
    time.sleep(1)
    breach("200 MiB beside closed folders")


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
