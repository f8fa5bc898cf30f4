"""Looks for the folders of other submissions, and leaves a file in its own."""

THREAT = "B9"
VERDICTS = {}
NEEDS = "sandbox"
TWICE = True

import os

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


def look(folder):
    try:
        names = os.listdir(folder)
    except OSError:
        return
    strange = [name for name in names if "autograder-" in name or "hostile" in name]
    if strange:
        breach(f"{folder} has names of others")


here = os.getcwd()
for folder in ("..", "../..", os.path.dirname(here), "/tmp", "/var/tmp", "/dev/shm", "/run", "/dev/mqueue", "/home", "/root"):
    look(folder)
if os.path.exists("left-here"):
    breach("the folder is that of the one before")
with open("left-here", "w") as file:
    file.write("double = lambda x: 2 * x")


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
