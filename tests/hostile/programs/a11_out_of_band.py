"""Sends bytes out of band, past those that stand in line."""

THREAT = "A11"
VERDICTS = {"double": "crashed"}
WIRE = True

import os
import socket
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


connection = socket.socket(fileno=os.dup(3))


def double(x):
    try:
        connection.send(b"x", socket.MSG_OOB)
        breach("bytes were sent out of band")
    except OSError:
        pass
    connection.send(b"no frame")
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
