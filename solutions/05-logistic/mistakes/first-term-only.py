"""Only the examples with label 1 are counted."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_matches")
HINT = "Examples with label 0 cost nothing in your loss. Which term of the formula speaks about them?"


def bce(p, y):
    return float(-np.mean(y * np.log(np.clip(p, 1e-12, 1.0))))
