"""Answers with objects that claim to be arrays or floats, by their class and by their metaclass."""

THREAT = "F1"
VERDICTS = {"double": "failed", "total": "failed"}

import numpy as np


class Meta(type):
    __name__ = property(lambda cls: "ndarray")
    __module__ = "numpy"

    def __instancecheck__(cls, other):
        return True

    def __subclasscheck__(cls, other):
        return True

    def mro(cls):
        return [cls, object]

    def __eq__(cls, other):
        return True

    def __hash__(cls):
        return hash(np.ndarray)


class Array(metaclass=Meta):
    __class__ = property(lambda self: np.ndarray)


class Number(metaclass=Meta):
    __class__ = property(lambda self: float)

    def __float__(self):
        return 6.0


def double(x):
    return Array()


def total(x):
    return Number()


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
