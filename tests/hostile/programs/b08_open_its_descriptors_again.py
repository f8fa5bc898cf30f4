"""Opens its descriptors again in other directions, and passes through them to elsewhere."""

THREAT = "B8"
VERDICTS = {}
NEEDS = "sandbox"

import os

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


for fd in range(4):
    for way, flags in (("read", os.O_RDONLY), ("write", os.O_WRONLY), ("both", os.O_RDWR)):
        for place in ("/proc/self/fd", f"/proc/{os.getpid()}/fd", "/proc/thread-self/fd", "/dev/fd"):
            try:
                again = os.open(f"{place}/{fd}", flags | os.O_NONBLOCK)
            except OSError:
                continue
            if fd == 3:
                breach(f"the connection opens again to {way}")
            if fd in (1, 2) and flags == os.O_RDONLY:
                try:
                    found = os.read(again, 1 << 16)
                except OSError:
                    found = b""
                if found and b"BREACH" not in found:
                    breach(f"what others have printed: {found[:60]!r}")
            os.close(again)
    for beyond in ("..", "../..", "../../../etc/passwd"):
        try:
            os.close(os.open(f"/proc/self/fd/{fd}/{beyond}", os.O_RDONLY))
        except OSError:
            continue
        breach(f"descriptor {fd} leads to {beyond}")
for name in ("cwd", "root", "exe"):
    for beyond in ("..", "../..", "../../etc/passwd", "etc/passwd"):
        try:
            found = os.open(f"/proc/self/{name}/{beyond}", os.O_RDONLY)
        except OSError:
            continue
        names = os.listdir(found) if os.path.isdir(f"/proc/self/{name}/{beyond}") else ["a file"]
        if names and not set(names) <= {"tmp", "box", "dev", "proc"}:
            breach(f"/proc/self/{name}/{beyond} can be read")
        os.close(found)


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
