"""Tells its inputs by the way in which it fails: of many that have one verdict, it chooses one."""

THREAT = "B13"
VERDICTS = {
    "double": ("failed", "errored", "crashed", "out_of_memory"),
    "total": ("failed", "errored", "crashed", "out_of_memory"),
}

import os
import signal
import numpy as np


def recurse():
    return recurse()


def vast():
    return np.zeros(40_000_000, dtype=np.uint8)[::-1].astype(np.float64)


WAYS = (
    recurse,
    vast,
    lambda: object.__getattribute__,
    lambda: recurse(1),
    lambda: __import__("matplotlib"),
    lambda: __import__("HIDDEN_INPUT"),
    lambda: eval("1 +"),
    lambda: {}["HIDDEN-INPUT"],
    lambda: getattr(np, "HIDDEN-INPUT"),
    lambda: (_ for _ in ()),
    lambda: os.kill(os.getpid(), signal.SIGSEGV),
    lambda: os.kill(os.getpid(), signal.SIGFPE),
    lambda: os.close(3),
    lambda: os.write(3, b"HIDDEN-INPUT"),
    lambda: os._exit(0),
    lambda: bytearray(1 << 40),
)


def double(x):
    return WAYS[int.from_bytes(np.float64(x.ravel()[0]).tobytes()[:1], "little") & 15]()


def total(x):
    return WAYS[int.from_bytes(np.float64(x.ravel()[0]).tobytes()[:1], "little") & 15]()


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
