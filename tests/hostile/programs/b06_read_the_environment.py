"""Looks for secrets in variables, arguments and paths."""

THREAT = "B6"
VERDICTS = {}
NEEDS = "sandbox"

import os
import sys
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


DROP = "<drop folder>"
KNOWN = {"HOME", "TMPDIR", "USER", "LANG", "PATH", "OMP_NUM_THREADS", "LC_CTYPE"}
for name in sorted(set(os.environ) - KNOWN):
    breach(f"a variable {name}")
if os.environ.get("USER") != "student":
    breach("the name of a user")
if sys.argv != [""] or sys.orig_argv != [""]:
    breach("arguments")
course = os.path.dirname(os.path.dirname(DROP))
for path in (*sys.path, os.getcwd(), os.environ.get("HOME", ""), __file__):
    if "hostile" in path or path.startswith(course):
        breach(f"a path: {path}")
for name in ("cmdline", "environ"):
    try:
        with open(f"/proc/self/{name}", "rb") as file:
            text = file.read()
    except OSError:
        continue
    if any(
        word in text for word in (b"CANARY", b"test_hidden", b"hostile", b"autograder", b"import", b"site-packages")
    ):
        breach(f"/proc/self/{name}")


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
