"""The line of OR for AND."""

import numpy as np

CAUGHT_BY = ("and_by_your_line",)
HINT = "That is the line of OR: it has (0, 1) and (1, 0) beyond it, too. Does one input alone make AND true?"


def and_weights():
    return np.array([1.0, 1.0]), -0.5
