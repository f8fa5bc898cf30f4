"""A factor 1/2 in front of the mean, as squares sometimes have it."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_of_a_certain_answer")
HINT = "Exactly half of the loss. A squared error is often given a factor ½; does the formula of this loss have one?"


def bce(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return float(-0.5 * np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))
