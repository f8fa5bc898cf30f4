"""Sends signals to another process, by every call that there is."""

THREAT = "C2"
VERDICTS = {}
NEEDS = "sandbox"

import ctypes
import os
import signal
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


VICTIM = "<victim>"
libc = ctypes.CDLL(None, use_errno=True)


def attempt(what, action):
    try:
        if action() not in (-1, False):
            breach(what)
    except OSError:
        pass


attempt("kill", lambda: os.kill(VICTIM, signal.SIGTERM))
attempt("killpg", lambda: os.killpg(VICTIM, 0))
attempt("pidfd", lambda: signal.pidfd_send_signal(os.pidfd_open(VICTIM), signal.SIGTERM))
attempt("tgkill", lambda: libc.syscall(234, VICTIM, VICTIM, 15))
attempt("tkill", lambda: libc.syscall(200, VICTIM, 15))
attempt("priority", lambda: os.setpriority(os.PRIO_PROCESS, VICTIM, 19))
attempt("affinity", lambda: os.sched_setaffinity(VICTIM, {0}))


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
