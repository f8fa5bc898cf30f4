"""Raises exceptions whose text, name and parts are code."""

THREAT = "F3"
VERDICTS = {"double": "errored", "total": "crashed"}

import os
import numpy as np


class Text(str):
    def __str__(self):
        os._exit(0)

    __repr__ = __format__ = __str__

    def encode(self, *args):
        return b"x" * 10**8

    def __len__(self):
        return -1


class Hostile(Exception):
    def __str__(self):
        return Text("text")

    def __repr__(self):
        os._exit(0)


Hostile.__name__ = "N" * 100_000


def double(x):
    raise Hostile


def total(x):
    raise ValueError(Text("text")) from Hostile()


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
