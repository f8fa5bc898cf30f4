"""Raises and prints what spreadsheets and typesetters take for commands."""

THREAT = "G3"
VERDICTS = {"double": "errored"}

import numpy as np

print("=1+1\n+1\n@SUM(A1)\n\\\\input{/etc/passwd}")


def double(x):
    raise ValueError("=HYPERLINK(0)")


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
