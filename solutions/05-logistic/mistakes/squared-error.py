"""The mean squared error."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_of_a_certain_answer")
HINT = (
    "This is the mean squared error, where even a certain and wrong answer costs no more than 1. Which function of "
    "p goes to infinity there?"
)


def bce(p, y):
    return float(np.mean((p - y) ** 2))
