"""log(p) in both terms."""

import numpy as np

CAUGHT_BY = ("bce_by_hand",)
HINT = "You charge log(p) for both labels. What is the probability of the label 0, and which logarithm belongs to it?"


def bce(p, y):
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(p)))
