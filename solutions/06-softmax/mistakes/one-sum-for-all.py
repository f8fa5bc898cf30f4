"""Divided by the sum over the whole batch."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand", "softmax_of_the_lecture", "softmax_of_large_scores")
HINT = (
    "All entries of the batch sum to 1 together. Each row is one example and has a 1 of its own: along which axis "
    "do you add?"
)


def softmax(z):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(z)
        return e / e.sum()
