"""The columns sum to 1, where the rows should."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand", "softmax_of_the_lecture", "softmax_matches", "softmax_ignores_a_shift")
HINT = "Each row must sum to 1: it is one example, and its classes share one probability. Along which axis do you add?"


def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)
