"""Divided by the largest exponential of the row."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand", "softmax_of_the_lecture", "softmax_of_large_scores")
HINT = (
    "Your largest entry is always 1, and the rows sum to more. Probabilities share the 1 of their row: what is "
    "still to be divided by what?"
)


def softmax(z):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(z)
        return e / e.max(axis=1, keepdims=True)
