"""The labels are taken for one-hot rows."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_the_lecture", "loss_matches")
HINT = "y holds class numbers, (N,), not one-hot rows, (N, K). What turns the ones into the others?"


def cross_entropy(z, y):
    return float(-np.mean(np.sum(y * np.log(softmax(z)), axis=1)))
