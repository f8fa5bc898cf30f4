"""Connects to a listener of this machine by every kind of socket."""

THREAT = "E1"
VERDICTS = {}
NEEDS = "sandbox"

import socket
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


TCP, UDP, UNIX = "<tcp port>", "<udp port>", "<unix name>"


def attempt(what, family, kind, address):
    try:
        with socket.socket(family, kind) as made:
            made.settimeout(0.1)
            made.connect(address)
            made.send(b"the answer")
    except OSError:
        return
    breach(what)


attempt("TCP", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", TCP))
attempt("UDP", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", UDP))
attempt("an abstract socket", socket.AF_UNIX, socket.SOCK_STREAM, b"\0" + UNIX.encode())
attempt("TCP over IPv6", socket.AF_INET6, socket.SOCK_STREAM, ("::ffff:127.0.0.1", TCP))


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
