"""The sigmoid of every score."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand", "softmax_of_the_lecture", "softmax_of_large_scores")
HINT = (
    "Each of your entries lies between 0 and 1, but a row does not sum to 1: a sigmoid looks at one score alone. "
    "Which other scores does a probability depend on?"
)


def softmax(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)
