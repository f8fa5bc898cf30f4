"""Fills the disk after its first thread has ended alone, which shows no open files and no memory from then on."""

THREAT = "D10"
VERDICTS = {"double_of_two": ("crashed", "timed_out")}
HARMFUL = True
WAITS = True

import ctypes
import mmap
import os
import threading
import time
import numpy as np

EXIT = 60 if os.uname().machine == "x86_64" else 93


def breach(what):
    print("BREACH" + ":", what, flush=True)


kept = []


def fill():
    time.sleep(0.1)
    try:
        for number in range(10):
            file = os.open("nameless", os.O_CREAT | os.O_RDWR)
            os.unlink("nameless")
            for _ in range(20):
                os.write(file, bytes(1 << 20))
            kept.append(mmap.mmap(file, 4096) if number % 2 else file)
    except OSError:
        os._exit(1)
    time.sleep(0.3)
    breach("200 MiB of files of a process without a first thread")


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        threading.Thread(target=fill).start()
        ctypes.CDLL(None).syscall(EXIT, 0)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
