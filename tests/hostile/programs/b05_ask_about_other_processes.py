"""Asks by number to which group, session, priority and cores other processes belong."""

THREAT = "B5"
VERDICTS = {}
NEEDS = "sandbox"

import os
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


for pid in ("<grader>", "<victim>", 1, os.getppid()):
    if pid in (0, os.getpid()):
        continue
    for name, ask in (
        ("group", os.getpgid),
        ("session", os.getsid),
        ("priority", lambda pid: os.getpriority(os.PRIO_PROCESS, pid)),
        ("priority of its group", lambda pid: os.getpriority(os.PRIO_PGRP, pid)),
        ("scheduler", os.sched_getscheduler),
        ("parameters of its scheduler", os.sched_getparam),
        ("cores", os.sched_getaffinity),
    ):
        try:
            ask(pid)
        except OSError:
            continue
        breach(f"the {name} of a process")


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
