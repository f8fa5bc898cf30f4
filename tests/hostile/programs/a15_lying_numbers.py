"""Answers with a float and an int that are equal to everything."""

THREAT = "A15"
VERDICTS = {"total": "failed", "Counter": "failed"}

import numpy as np


class Float(float):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__
    __hash__ = float.__hash__


class Int(int):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0

    __rsub__ = __sub__
    __hash__ = int.__hash__


def total(x):
    return Float(-1.0)


class Counter:
    def __init__(self):
        self.value = Int(-1)

    def add(self, n):
        return Int(-1)


def double(x):
    return 2 * x
