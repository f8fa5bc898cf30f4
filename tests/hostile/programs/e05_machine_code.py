"""Calls the kernel by machine code of its own: by the door for 32-bit programs, and by that for 64-bit ones."""

THREAT = "E5"
VERDICTS = {"double_of_two": "crashed"}
NEEDS = "sandbox"

import ctypes
import mmap
import platform
import numpy as np

GETPID_OLD = bytes.fromhex("b814000000cd80c3")  # mov eax, 20; int 0x80; ret
FORK_OLD = bytes.fromhex("b802000000cd80c3")
FORK = bytes.fromhex("b8390000000f05c3")  # mov eax, 57; syscall; ret


def breach(what):
    print("BREACH" + ":", what, flush=True)


def run(code):
    rights = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
    place = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=rights)
    place.write(code)
    function = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(place)))
    return function()


def double(x):
    if x.shape == (1,) and x[0] == 2.0 and platform.machine() == "x86_64":
        if run(FORK) != -1:
            breach("a process")
        run(GETPID_OLD)
        breach("a call by the old door")
        run(FORK_OLD)
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
