"""Sends itself signals all the time, from a timer and from a thread."""

THREAT = "D1"
VERDICTS = {"*": ("passed", "timed_out", "crashed")}
HARMFUL = True
WAITS = True

import signal
import threading

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


def storm():
    while True:
        for number in (signal.SIGCONT, signal.SIGURG, signal.SIGCHLD):
            signal.pthread_kill(threading.main_thread().ident, number)


for number in (signal.SIGALRM, signal.SIGURG, signal.SIGCHLD, signal.SIGCONT):
    signal.signal(number, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)
threading.Thread(target=storm, daemon=True).start()


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
