"""AND by a line that goes through (0, 1) and (1, 0)."""

import numpy as np

CAUGHT_BY = ("and_by_your_line",)
HINT = "Two corners of the square lie exactly on your line, so neither side is theirs. Which way must the line move?"


def and_weights():
    return np.array([1.0, 1.0]), -1.0
