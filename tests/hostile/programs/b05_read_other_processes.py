"""Reads what /proc tells of other processes."""

THREAT = "B5"
VERDICTS = {}
NEEDS = "sandbox"

import os
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


VICTIM = "<victim>"
GRADER = "<grader>"


def attempt(path):
    try:
        if os.path.isdir(path):
            os.listdir(path)
        else:
            with open(path, "rb") as file:
                file.read(64)
    except OSError:
        return
    breach(path)


try:
    others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
    if others:
        breach(f"{len(others)} processes are in sight")
except OSError:
    pass
for pid in {VICTIM, GRADER, os.getppid()}:
    if pid not in (-1, 0, os.getpid()):
        for name in ("environ", "cmdline", "maps", "mem", "fd", "cwd/", "root/", "status", "stack", "task"):
            attempt(f"/proc/{pid}/{name}")
for path in (
    "/proc/kcore",
    "/proc/sysvipc/shm",
    "/proc/kallsyms",
    "/proc/keys",
    "/proc/1/mem",
    "/proc/sys/kernel/core_pattern",
):
    attempt(path)
for path, telling in (
    ("/proc/self/net/tcp", "00000000:0000 0A"),
    ("/proc/self/net/unix", "@"),
    ("/proc/self/mountinfo", "hostile"),
):
    try:
        with open(path) as file:
            text = file.read()
    except OSError:
        continue
    if telling in text:
        breach(f"{telling} in {path}")
for path in ("/proc/self/mem", "/proc/self/environ"):
    attempt(path)


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
