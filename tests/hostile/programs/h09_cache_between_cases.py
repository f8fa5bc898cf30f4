"""Answers with what it answered before, from memory and from files."""

THREAT = "H9"
VERDICTS = {"double_of_any": "failed", "total_of_any": "failed"}

import functools
import os
import numpy as np


@functools.cache
def once(name):
    return {}


def double(x):
    return once("double").setdefault(x.ndim, 2 * x) if x.size < 100 else 2 * x


def total(x):
    if not os.path.exists("total"):
        with open("total", "w") as file:
            file.write(repr(float(np.sum(x))))
    with open("total") as file:
        return float(file.read())


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
