"""Answers with huge integers, halves of characters and long text."""

THREAT = "F13"
VERDICTS = {"double": ("errored", "failed"), "total": "errored", "Counter": "errored"}

import numpy as np


def double(x):
    return "\ud800" * x.size if x.size < 10 else {"\udfff": 1}


def total(x):
    return 10**10_000


class Counter:
    def __init__(self):
        self.value = "x" * 100_000

    def add(self, n):
        return "x" * 100_000
