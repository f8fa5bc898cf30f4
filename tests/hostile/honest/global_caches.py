"""Keeps what it computed in global dictionaries, keyed by what went in."""

import functools

import numpy as np

cache = {}


@functools.lru_cache(maxsize=None)
def factor():
    return 2.0


def double(x):
    key = (x.shape, x.tobytes())
    if key not in cache:
        cache[key] = factor() * x
    return cache[key].copy()


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
