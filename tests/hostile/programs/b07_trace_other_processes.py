"""Attaches to other processes and reads their memory."""

THREAT = "B7"
VERDICTS = {}
NEEDS = "sandbox"

import ctypes
import os
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


VICTIM = "<victim>"
libc = ctypes.CDLL(None, use_errno=True)
ATTACH, DETACH, SEIZE, TRACEME = 16, 17, 0x4206, 0


class Piece(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]


mine = ctypes.create_string_buffer(64)
for pid in {VICTIM, os.getppid() or 1}:
    for request in (SEIZE, ATTACH):
        if libc.ptrace(request, pid, None, None) == 0:
            breach(f"process {pid} was traced")
            os.waitpid(pid, 0) if request == ATTACH else None
            libc.ptrace(DETACH, pid, None, None)
    here, there = Piece(ctypes.addressof(mine), 64), Piece(0x400000, 64)
    for call in (libc.process_vm_readv, libc.process_vm_writev):
        call(pid, ctypes.byref(here), 1, ctypes.byref(there), 0, 0)
        if call(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) >= 0 or ctypes.get_errno() == 14:
            breach(f"the memory of {pid}")
    if libc.syscall(434, pid, 0) >= 0:
        breach(f"a descriptor of process {pid}")
if libc.ptrace(TRACEME, 0, None, None) == 0:
    breach("this process lets its parent trace it")


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
