"""The logarithm with base 2."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_matches")
HINT = "Everything is 1.4427 times too large, and that is 1 / ln 2: which logarithm does the loss use?"


def bce(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return float(-np.mean(y * np.log2(p) + (1.0 - y) * np.log2(1.0 - p)))
