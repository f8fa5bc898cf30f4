"""Splits its work over threads."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

lock = threading.Lock()


def double(x):
    with ThreadPoolExecutor(max_workers=4) as pool:
        parts = list(pool.map(lambda part: 2 * part, np.array_split(x, 4)))
    with lock:
        return np.concatenate(parts)


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
