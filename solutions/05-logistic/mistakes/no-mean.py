"""A sum in the loss, where the mean belongs."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_matches")
HINT = "Exactly n times too large: this loss is a mean over all entries. Would it grow if every example came twice?"


def bce(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return float(-np.sum(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))
