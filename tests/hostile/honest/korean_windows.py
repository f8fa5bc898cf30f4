# -*- coding: cp949 -*-
"""A file in the encoding of Korean Windows, with its line ends."""

import numpy as np

# 한글 주석과 한글 문자열


def double(x):
    print("두 배")
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
