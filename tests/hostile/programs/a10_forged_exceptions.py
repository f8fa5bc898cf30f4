"""Reports exceptions with texts that could act, and statements that it does not have."""

THREAT = "A10"
VERDICTS = {"*": "errored"}
WIRE = True

import gc

import numpy as np

for runner in [one for one in gc.get_objects() if type(one).__name__ == "Runner"]:
    for statement in (0, 5, 1000):
        text = "<script>alert(1)</script>\x1b[31m\n100 of 100 points"
        runner.incidents.append(("warmup", statement, 3, "raised", "<img src=x>", text, ["<b>"]))
    runner.skipped.append(("warmup", 0, 1000))


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
