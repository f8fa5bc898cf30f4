"""One maximum for the batch, and columns that sum to 1."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand", "softmax_of_the_lecture", "softmax_of_large_scores")
HINT = "Each row must sum to 1: it is one example, and its classes share one probability. Along which axis do you add?"


def softmax(z):
    with np.errstate(invalid="ignore"):
        e = np.exp(z - z.max())
        return e / e.sum(axis=0, keepdims=True)
