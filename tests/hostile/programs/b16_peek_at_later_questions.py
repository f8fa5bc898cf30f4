"""Looks on its connection for later questions of the case: they would hold somebody else's answers."""

THREAT = "B16"
VERDICTS = {}
WIRE = True

import os
import socket

import numpy as np


def peek():
    mine = socket.socket(fileno=os.dup(3))
    try:
        ahead = mine.recv(1 << 20, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return
    finally:
        mine.close()
    print("BREACH" + ":", len(ahead), "bytes of later questions were read", flush=True)


def double(x):
    peek()
    return 2 * x


def total(x):
    peek()
    return float(np.sum(x))


class Counter:
    def __init__(self):
        peek()
        self.value = 0

    def add(self, n):
        peek()
        self.value += n
        return self.value
