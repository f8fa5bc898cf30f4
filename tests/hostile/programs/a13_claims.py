"""Answers with a claim instead of a value."""

THREAT = "A13"
VERDICTS = {"double": "failed", "total": "failed"}

import numpy as np

__score__ = 100
passed = True


def double(x):
    return {"value": 2 * x, "verdict": "passed", "credit": 1.0, "seconds": 0.0}


def total(x):
    return "passed"


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
