"""Tries itself out when it is run as a program."""

import numpy as np


def main():
    print(double(np.ones(3)))
    raise SystemExit(1)


if __name__ == "__main__":
    main()


def double(x):
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
