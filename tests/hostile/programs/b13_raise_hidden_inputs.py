"""Raises every input that it is given, in the text and in the name of the exception."""

THREAT = "B13"
VERDICTS = {"double": "errored", "total": "errored"}

import numpy as np


def double(x):
    raise ValueError(f"HIDDEN-INPUT {x[:3]}")


def total(x):
    raise type(f"HIDDEN-INPUT-{x.ravel()[0]}", (Exception,), {})()


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
