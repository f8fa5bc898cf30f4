"""Fills the disk with deleted files that only one thread has open, in a table of descriptors of its own."""

THREAT = "D10"
VERDICTS = {"double_of_two": ("passed", "crashed")}
HARMFUL = True

import ctypes
import errno
import os
import threading
import time
import numpy as np

CLONE, CLOSE_RANGE, UNSHARE = (56 if os.uname().machine == "x86_64" else 220), 436, 2
# a thread without CLONE_FILES; CLONE_FS with CLONE_NEWNS is invalid, so that the kernel itself never starts it
THREAD = 0x100 | 0x200 | 0x800 | 0x10000 | 0x20000
libc = ctypes.CDLL(None, use_errno=True)


def breach(what):
    print("BREACH" + ":", what, flush=True)


if libc.syscall(CLONE, THREAD, 0, 0, 0, 0) == -1 and ctypes.get_errno() == errno.EINVAL:
    breach("a thread may have a table of its own from its start")


def fill():
    if libc.syscall(CLOSE_RANGE, 1000, 1000, UNSHARE) != 0:
        return
    kept = []
    try:
        for _ in range(10):
            kept.append(os.open("nameless", os.O_CREAT | os.O_RDWR))
            os.unlink("nameless")
            for _ in range(20):
                os.write(kept[-1], bytes(1 << 20))
    except OSError:
        return
    time.sleep(1)
    breach("200 MiB of files that only a thread has open")


def double(x):
    if x.shape == (1,) and x[0] == 2.0:
        thread = threading.Thread(target=fill, daemon=True)
        thread.start()
        thread.join(4)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
