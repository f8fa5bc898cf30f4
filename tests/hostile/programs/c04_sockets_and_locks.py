"""Leaves names of sockets and locks on files that everybody can open."""

THREAT = "C4"
VERDICTS = {}
NEEDS = "sandbox"

import fcntl
import os
import socket
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


for family, kind, address in (
    (socket.AF_UNIX, socket.SOCK_DGRAM, b"\0hostile-message"),
    (40, socket.SOCK_STREAM, (socket.VMADDR_CID_ANY, 9999) if hasattr(socket, "VMADDR_CID_ANY") else (0, 9999)),
    (socket.AF_NETLINK, socket.SOCK_RAW, (0, 0)),
):
    try:
        socket.socket(family, kind).bind(address)
    except (OSError, TypeError):
        continue
    breach(f"a socket of family {family}")
with open(np.__file__) as shared:
    for name, lock in (
        ("flock", lambda: fcntl.flock(shared, fcntl.LOCK_SH | fcntl.LOCK_NB)),
        ("lockf", lambda: fcntl.lockf(shared, fcntl.LOCK_SH | fcntl.LOCK_NB)),
        ("a lease", lambda: fcntl.fcntl(shared, fcntl.F_SETLEASE, fcntl.F_RDLCK)),
    ):
        try:
            lock()
        except OSError:
            continue
        breach(name)
try:
    os.utime(np.__file__)
    breach("the time of a shared file")
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
