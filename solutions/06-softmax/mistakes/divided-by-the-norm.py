"""Divided by the length of the row as a vector."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand", "softmax_of_the_lecture", "softmax_of_large_scores")
HINT = (
    "The squares of your rows sum to 1, so you divided by the length of a vector. What should the entries "
    "themselves sum to?"
)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / np.linalg.norm(e, axis=1, keepdims=True)
