"""Starts a process in namespaces of its own, by clone and clone3."""

THREAT = "E5"
VERDICTS = {}
NEEDS = "sandbox"

import ctypes
import os
import struct
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


libc = ctypes.CDLL(None, use_errno=True)
SIGCHLD, NEWUSER, NEWPID = 17, 0x10000000, 0x20000000
for flags in (SIGCHLD, NEWUSER | SIGCHLD, NEWUSER | NEWPID | SIGCHLD, 0x4100 | SIGCHLD):
    if flags & 0x4000:
        continue  # a child in the memory of its parent would end both where it is allowed
    pid = libc.syscall(56, flags, None, None, None, None)
    if pid == 0:
        os._exit(0)
    if pid > 0:
        breach(f"clone {flags:#x}")
        os.waitpid(pid, 0)
    arguments = struct.pack("8Q", flags & ~0xFF, 0, 0, 0, SIGCHLD, 0, 0, 0)
    pid = libc.syscall(435, arguments, len(arguments))
    if pid == 0:
        os._exit(0)
    if pid > 0:
        breach(f"clone3 {flags:#x}")
        os.waitpid(pid, 0)


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
