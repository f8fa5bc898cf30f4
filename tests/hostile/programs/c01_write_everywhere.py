"""Writes into every folder that it knows."""

THREAT = "C1"
VERDICTS = {}
NEEDS = "sandbox"

import os
import sys
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


DROP = "<drop folder>"
known = {"/", "/etc", "/usr/lib", "/var/tmp", "/old", "/dev", "/proc/self", "/sys", os.path.dirname(np.__file__), DROP}
for folder in sorted(known | {path for path in sys.path if path}):
    for name in ("hostile-canary.txt", "hostile-canary.pth"):
        path = os.path.join(folder, name)
        try:
            with open(path, "x"):
                pass
        except OSError:
            continue
        breach(f"a file in {folder}")
        os.unlink(path)
for path in (np.__file__, os.__file__):
    try:
        os.close(os.open(path, os.O_WRONLY))
        breach(f"{path} can be written")
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
