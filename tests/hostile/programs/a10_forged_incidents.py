"""Reports that things happened while it was loaded in modules that do not exist."""

THREAT = "A10"
VERDICTS = {"*": "crashed"}
WIRE = True

import gc

import numpy as np

for runner in [one for one in gc.get_objects() if type(one).__name__ == "Runner"]:
    runner.incidents.append(("os", 0, 1, "raised", "ValueError", "<script>alert(1)</script>", []))


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
