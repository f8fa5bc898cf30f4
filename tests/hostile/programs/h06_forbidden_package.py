"""Uses a package that the assignment does not allow."""

THREAT = "H6"
VERDICTS = {"double": "errored"}
NEEDS = "sandbox"

import numpy as np


def double(x):
    import torch

    return (2 * torch.from_numpy(x)).numpy()


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
