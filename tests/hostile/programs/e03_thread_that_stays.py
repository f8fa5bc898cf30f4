"""Leaves a thread that writes and prints for as long as it can."""

THREAT = "E3"
VERDICTS = {}
NEEDS = "sandbox"

import threading
import numpy as np

DROP = "<drop folder>"


def stay():
    while True:
        try:
            with open(f"{DROP}/thread", "w") as file:
                file.write("still here")
        except OSError:
            pass


threading.Thread(target=stay, daemon=True).start()


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
