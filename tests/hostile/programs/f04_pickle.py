"""Answers with objects that run code when they are unpickled, copied or compared."""

THREAT = "F4"
VERDICTS = {"double": "errored", "total": "failed"}

import os
import pickle
import numpy as np

DROP = "<drop folder>"


class Bomb:
    def __reduce__(self):
        return os.system, (f"touch {DROP}/pickle",)

    def __deepcopy__(self, memo):
        os.system(f"touch {DROP}/copy")

    def __del__(self):
        pass


def double(x):
    array = np.empty(x.shape, dtype=object)
    array.fill(Bomb())
    return array


def total(x):
    return pickle.dumps(Bomb())


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
