"""Answers with generators, iterators and arrays that a thread changes afterwards."""

THREAT = "F11"
VERDICTS = {"total": "failed", "Counter": "failed"}

import threading
import numpy as np

kept = []


def spoil():
    while True:
        for array in kept:
            array += 1.0


threading.Thread(target=spoil, daemon=True).start()


def double(x):
    made = 2 * x
    kept.append(2 * x)
    return made


def total(x):
    return (value for value in x)


class Counter:
    def __init__(self):
        self.value = iter([1])

    def add(self, n):
        return map(int, [n])
