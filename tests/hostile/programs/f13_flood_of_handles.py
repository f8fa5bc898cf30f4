"""Answers with ten thousand objects to hold."""

THREAT = "F13"
VERDICTS = {"double": "errored", "total": ("errored", "failed")}

import numpy as np


class Thing:
    pass


def double(x):
    return [Thing() for _ in range(4000)]


def total(x):
    return [Thing() for _ in range(200)]


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
