"""Warns, divides by zero on the way and silences what it does not want to hear."""

import warnings

import numpy as np

warnings.warn("this module is old", DeprecationWarning)


def double(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.log(np.zeros(1))
    warnings.warn("about to double", stacklevel=2)
    return x / np.array(0.5)


def total(x):
    with np.errstate(all="raise"):
        made = float(np.sum(x))
    with np.errstate(divide="ignore"):
        np.ones(1) / 0.0
    np.ones(1) / 0.0
    return made


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
