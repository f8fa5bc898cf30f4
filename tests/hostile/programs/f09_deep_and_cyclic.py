"""Answers with containers that hold themselves, are nested deep or have too many keys."""

THREAT = "F9"
VERDICTS = {"*": "errored"}

import numpy as np


def double(x):
    made = []
    made.append(made)
    return made


def total(x):
    made = []
    for _ in range(100_000):
        made = [made]
    return made


class Counter:
    def __init__(self):
        self.value = {str(i): i for i in range(100_000)}

    def add(self, n):
        return [[] for _ in range(100_000)]
