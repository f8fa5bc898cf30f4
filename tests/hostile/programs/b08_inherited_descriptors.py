"""Looks for open files of the grader, and for descriptors sent over its connection."""

THREAT = "B8"
VERDICTS = {}

import os
import socket
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


for fd in range(4, 1024):
    try:
        os.fstat(fd)
    except OSError:
        continue
    breach(f"descriptor {fd} is open")
try:
    connection = socket.socket(fileno=os.dup(3))
    _, ancillary, _, _ = connection.recvmsg(1, 1024, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    if ancillary:
        breach("descriptors came over the connection")
except OSError:
    pass


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
