"""Names the class of an object after every input that it is given; reports name the object whose method fails."""

THREAT = "B13"
VERDICTS = {"Counter": "errored"}

import numpy as np

SEEN = []


def double(x):
    SEEN.append(f"HIDDEN-INPUT-{x.ravel()[0]}")
    return 2 * x


def total(x):
    SEEN.append(f"HIDDEN-INPUT-{x.ravel()[0]}")
    return float(np.sum(x))


def Counter():
    def add(self, n):
        raise ValueError("add")

    return type("_".join(SEEN[-3:]), (), {"add": add, "value": 0})()
