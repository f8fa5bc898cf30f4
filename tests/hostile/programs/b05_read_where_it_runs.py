"""Reads what /proc tells about itself: mounts and cgroups name folders of the host, a table of connections its peers."""

THREAT = "B5"
VERDICTS = {}
NEEDS = "sandbox"

import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


TELLING = (
    "mountinfo",
    "mounts",
    "mountstats",
    "cgroup",
    "net/tcp",
    "net/unix",
    "net/route",
    "environ",
    "cwd/.",
    "root/etc/hostname",
)
for name in TELLING:
    try:
        with open(f"/proc/self/{name}", "rb") as file:
            file.read(64)
    except OSError:
        continue
    breach(f"/proc/self/{name} can be read")
for path in (
    "/proc/mounts",
    "/proc/net/tcp",
    "/proc/self/task/self/mountinfo",
    "/proc/thread-self/mountinfo",
    "/proc/version",
):
    try:
        open(path).close()
    except OSError:
        continue
    breach(f"{path} can be read")


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
