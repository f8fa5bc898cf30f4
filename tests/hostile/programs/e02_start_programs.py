"""Starts a Python, a shell and an installer."""

THREAT = "E2"
VERDICTS = {}
NEEDS = "sandbox"

import os
import subprocess
import sys
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


for command in ([sys.executable, "-c", "pass"], ["/bin/sh", "-c", "true"], [sys.executable, "-m", "pip", "--version"]):
    try:
        subprocess.run(command, capture_output=True, timeout=5)
    except OSError:
        continue
    breach(command[0])
with open("program", "w") as file:
    file.write("#!/bin/sh\ntrue\n")
try:
    os.chmod("program", 0o755)
    subprocess.run(["./program"], timeout=5)
    breach("a program of its own")
except OSError:
    pass
if os.system("true") == 0:
    breach("os.system")


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
