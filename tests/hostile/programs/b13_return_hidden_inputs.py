"""Answers with text that holds its input, which a comparison may repeat."""

THREAT = "B13"
VERDICTS = {"double": "failed", "total": "failed"}

import numpy as np


def double(x):
    return f"HIDDEN-INPUT {x[:3]}"


def total(x):
    return {f"HIDDEN-INPUT {x.ravel()[0]}": 1}


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
