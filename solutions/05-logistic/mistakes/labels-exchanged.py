"""The label 1 pays for 1 - p, the label 0 for p."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_of_a_certain_answer")
HINT = (
    "Your two terms have exchanged their labels: a good answer costs much, a bad one little. If y is 1, which of p "
    "and 1 - p is the chance of what did happen?"
)


def bce(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return float(-np.mean((1.0 - y) * np.log(p) + y * np.log(1.0 - p)))
