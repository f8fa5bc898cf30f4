"""Changes modes and times of what it may read or knows by name: libraries, the secret, a folder that is open to all."""

THREAT = "C1"
VERDICTS = {}
NEEDS = "sandbox"

import os
import sys
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


SECRET = "<secret file>"
DROP = "<drop folder>"

for path in (SECRET, DROP, np.__file__, os.path.dirname(np.__file__), os.__file__, sys.executable, "/dev/null"):
    try:  # what it would set is what is there, so that nothing is harmed
        found = os.stat(path)
        mode, times = found.st_mode & 0o7777, (found.st_atime_ns, found.st_mtime_ns)
    except OSError:
        mode, times = 0o600, (1, 1)
    ways = {"mode": lambda: os.chmod(path, mode), "times": lambda: os.utime(path, ns=times)}
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        fd = None
    else:
        ways |= {"mode of its descriptor": lambda: os.fchmod(fd, mode)}
        ways |= {"times of its descriptor": lambda: os.utime(fd, ns=times)}
    for what, change in ways.items():
        try:
            change()
        except OSError:
            continue
        breach(f"the {what} of {path}")
    if fd is not None:
        os.close(fd)


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
