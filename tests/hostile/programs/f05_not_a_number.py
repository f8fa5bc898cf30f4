"""Answers with NaN and infinity, which are in no order with anything."""

THREAT = "F5"
VERDICTS = {"*": "failed"}

import numpy as np


def double(x):
    return np.full_like(x, np.nan)


def total(x):
    return float("inf")


class Counter:
    def __init__(self):
        self.value = float("nan")

    def add(self, n):
        return float("nan")
