"""Leaves a process of its own session that goes on when the worker is gone."""

THREAT = "E3"
VERDICTS = {}
NEEDS = "sandbox"

import os
import time
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


DROP = "<drop folder>"
try:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(0.5)
            with open(f"{DROP}/daemon", "w") as file:
                file.write("still here")
            time.sleep(2)
        os._exit(0)
    breach("a process was started")
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
