"""Closes one direction of its connection: the grader can still send, or still receive."""

THREAT = "A11"
VERDICTS = {"double": ("crashed", "timed_out"), "total": ("crashed", "timed_out")}
WAITS = True
WIRE = True

import socket
import numpy as np


def close(how):
    socket.socket(fileno=3).shutdown(how)


def double(x):
    close(socket.SHUT_WR)
    return 2 * x


def total(x):
    close(socket.SHUT_RD)
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
