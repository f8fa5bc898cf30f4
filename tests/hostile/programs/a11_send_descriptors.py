"""Sends descriptors with its answers until the grader has no more."""

THREAT = "A11"
VERDICTS = {"double": "crashed"}
WIRE = True

import os
import socket
import numpy as np

connection = socket.socket(fileno=os.dup(3))


def double(x):
    for _ in range(50):
        socket.send_fds(connection, [b"A"], [1] * 20)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
