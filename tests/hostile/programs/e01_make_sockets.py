"""Makes a socket of every family."""

THREAT = "E1"
VERDICTS = {}
NEEDS = "sandbox"

import ctypes
import socket
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


libc = ctypes.CDLL(None, use_errno=True)
for family in range(1, 46):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(family, kind).close()
        except OSError:
            continue
        breach(f"family {family}, kind {kind}")
for number, name in ((42, "connect"), (43, "accept"), (49, "bind"), (50, "listen"), (425, "io_uring_setup")):
    if libc.syscall(number, 3, None, 0) != -1 or ctypes.get_errno() not in (1, 38):
        breach(name)
try:
    socket.getaddrinfo("localhost", 80)
    breach("names can be looked up")
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
