"""Changes numpy and the builtins, for the next submission to find."""

THREAT = "C3"
VERDICTS = {}
TWICE = True

import builtins
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


if hasattr(builtins, "poisoned") or hasattr(np, "poisoned"):
    breach("what the one before changed is still changed")
builtins.poisoned = True
np.poisoned = True
np.set_printoptions(precision=1)
np.seterr(all="ignore")


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
