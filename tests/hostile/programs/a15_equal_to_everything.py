"""Answers with an object that is equal to everything and less than anything."""

THREAT = "A15"
VERDICTS = {"total": "failed", "Counter": "failed"}

import numpy as np


class Agreeable:
    def __eq__(self, other):
        return True

    def __le__(self, other):
        return True

    __ge__ = __lt__ = __gt__ = __le__

    def __sub__(self, other):
        return 0.0

    __rsub__ = __add__ = __radd__ = __sub__

    def __abs__(self):
        return 0.0

    def __float__(self):
        return 6.0

    def __bool__(self):
        return True

    __hash__ = None


def total(x):
    return Agreeable()


class Counter:
    def __init__(self):
        self.value = Agreeable()

    def add(self, n):
        return Agreeable()


def double(x):
    return 2 * x
