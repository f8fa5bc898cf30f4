"""The mean distance between p and y."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_of_a_certain_answer")
HINT = (
    "You average |p - y|, where even a certain and wrong answer costs no more than 1. Which function of p goes to "
    "infinity there?"
)


def bce(p, y):
    return float(np.mean(np.abs(p - y)))
