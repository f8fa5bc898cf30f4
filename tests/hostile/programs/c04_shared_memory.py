"""Leaves shared memory, message queues and keys for the next submission."""

THREAT = "C4"
VERDICTS = {}
NEEDS = "sandbox"

import ctypes
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


libc = ctypes.CDLL(None, use_errno=True)
CREATE, KEY = 0o1000 | 0o666, 0x68A57
shared = libc.shmget(KEY, 4096, CREATE)
if shared >= 0:
    breach("System V shared memory")
    libc.shmctl(shared, 0, None)
queue = libc.msgget(KEY, CREATE)
if queue >= 0:
    breach("a System V message queue")
    libc.msgctl(queue, 0, None)
semaphores = libc.semget(KEY, 1, CREATE)
if semaphores >= 0:
    breach("System V semaphores")
    libc.semctl(semaphores, 0, 0)
for number, name in ((248, "add_key"), (249, "request_key"), (250, "keyctl"), (240, "mq_open"), (319, "memfd_create")):
    if libc.syscall(number, b"user", b"hostile-canary", b"x", 1, -3) != -1 or ctypes.get_errno() not in (1, 38):
        breach(name)


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
