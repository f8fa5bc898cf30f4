"""Minus the score of the true class, without the sum."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_the_lecture", "loss_of_large_scores")
HINT = (
    "You average the scores of the true classes alone. A score says nothing without its rivals: which term of the "
    "formula speaks about all scores of a row?"
)


def cross_entropy(z, y):
    return float(-np.mean(z[np.arange(len(y)), y]))
