"""The logarithm with base 10."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_of_a_certain_answer")
HINT = "Everything is .4343 times what it should be, and that is 1 / ln 10: which logarithm does the loss use?"


def bce(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return float(-np.mean(y * np.log10(p) + (1.0 - y) * np.log10(1.0 - p)))
