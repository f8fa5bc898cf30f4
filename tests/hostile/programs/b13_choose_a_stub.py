"""Says that a function is not written yet, and chooses by its input which one: reports name that function."""

THREAT = "B13"
VERDICTS = {"double": "not_attempted", "total": "not_attempted"}

import numpy as np

NAMES = ("double", "total", "Counter", "Counter.add")


def tell(x):
    def stub():
        raise NotImplementedError("HIDDEN-INPUT")

    bits = int.from_bytes(np.float64(x.ravel()[0]).tobytes()[:1], "little")
    stub.__code__ = stub.__code__.replace(co_name=NAMES[bits & 3], co_qualname=NAMES[bits & 3])
    stub()


def double(x):
    tell(x)


def total(x):
    tell(x)


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
