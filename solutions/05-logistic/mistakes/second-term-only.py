"""Only the examples with label 0 are counted."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_of_a_certain_answer")
HINT = "Examples with label 1 cost nothing in your loss. Which term of the formula speaks about them?"


def bce(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return float(-np.mean((1.0 - y) * np.log(1.0 - p)))
