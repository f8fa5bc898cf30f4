"""Asks its connection who is at the other end, and for a handle of that process."""

THREAT = "B7"
VERDICTS = {}
NEEDS = "sandbox"
WIRE = True

import ctypes
import os
import struct
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


CALL = 55 if os.uname().machine == "x86_64" else 209
NAMES = {"PEERCRED": 17, "PEERSEC": 31, "COOKIE": 57, "PEERGROUPS": 59, "NETNS_COOKIE": 71, "PEERPIDFD": 77}
libc = ctypes.CDLL(None, use_errno=True)
for name, option in NAMES.items():
    value, size = ctypes.create_string_buffer(256), ctypes.c_int(256)
    if libc.syscall(CALL, 3, 1, option, value, ctypes.byref(size)) == 0:
        breach(f"SO_{name}: {value.raw[: size.value].hex()}")
        if name == "PEERPIDFD":
            descriptor = struct.unpack("i", value.raw[:4])[0]
            breach(os.readlink(f"/proc/self/fd/{descriptor}"))


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
