"""Raises every limit, its own and that of others."""

THREAT = "D13"
VERDICTS = {}
NEEDS = "sandbox"

import resource
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


VICTIM = "<victim>"
for name in dir(resource):
    if name.startswith("RLIMIT_"):
        which = getattr(resource, name)
        soft, hard = resource.getrlimit(which)
        for wanted in ((hard, hard + 1), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)):
            try:
                resource.setrlimit(which, wanted)
            except (OSError, ValueError, OverflowError):
                continue
            if resource.getrlimit(which)[1] not in (hard, soft) and hard != resource.RLIM_INFINITY:
                breach(name)
        try:
            resource.prlimit(VICTIM, which)
            breach(f"{name} of another process")
        except OSError:
            pass
for which in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
    if resource.getrlimit(which)[1] == resource.RLIM_INFINITY:
        breach(f"limit {which} is infinite")


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
