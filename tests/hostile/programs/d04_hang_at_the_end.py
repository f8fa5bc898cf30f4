"""Hangs in exit handlers, in threads that never end and in the end of the interpreter."""

THREAT = "D4"
VERDICTS = {}

import atexit
import threading
import time
import numpy as np


class Sticky:
    def __del__(self):
        time.sleep(60)


sticky = Sticky()
atexit.register(time.sleep, 60)
threading.Thread(target=time.sleep, args=(60,), daemon=False).start()


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
