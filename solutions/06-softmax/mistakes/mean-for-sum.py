"""Divided by the mean of the exponentials."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand", "softmax_of_the_lecture", "softmax_of_large_scores")
HINT = (
    "Every entry is K times too large, and so each row sums to K. By which number of its row is an exponential divided?"
)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.mean(axis=1, keepdims=True)
