"""Makes folders inside folders and twenty thousand files."""

THREAT = "D10"
VERDICTS = {}
HARMFUL = True

import os
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


made = 0
try:
    for made in range(20_000):
        os.close(os.open(f"file-{made}", os.O_CREAT | os.O_WRONLY))
except OSError:
    pass
if made > 10_000:
    breach(f"{made} files")
for number in range(made - 600, made):
    os.unlink(f"file-{number}")
try:
    for _ in range(500):
        os.mkdir("deeper")
        os.chdir("deeper")
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
