"""Makes all, any and isinstance say yes."""

THREAT = "A3"
VERDICTS = {"*": "crashed"}

import builtins
import numpy as np

builtins.all = lambda values: True
builtins.any = lambda values: True
builtins.isinstance = lambda value, kinds: True


def double(x):
    return 3 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
