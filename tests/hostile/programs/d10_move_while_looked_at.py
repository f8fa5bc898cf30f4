"""Moves a full folder to where the watch has already been, as the times of access tell."""

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


def move_for_ever():
    places = ["first", "second"]
    seen = [os.stat(place).st_atime_ns for place in places]
    here = 0
    while True:
        now = os.stat(places[1 - here]).st_atime_ns
        if now != seen[1 - here]:  # somebody has looked there, and looks here next
            os.rename(f"{places[here]}/full", f"{places[1 - here]}/full")
            here = 1 - here
            seen = [os.stat(place).st_atime_ns for place in places]


def attack():
    for place in ("first", "second"):
        os.mkdir(place)
    os.mkdir("first/full")
    folder = os.open("first/full", os.O_RDONLY)
    threading.Thread(target=move_for_ever, daemon=True).start()
    for number in range(10):
        fill(folder, number)
    time.sleep(1)
    breach("200 MiB in a folder that moves")


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
