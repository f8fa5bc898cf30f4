"""The sums of the rows as (N,), which do not fit (N, K)."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand", "softmax_of_the_lecture", "softmax_of_large_scores")
HINT = (
    "sum(axis=1) has the shape (N,), and numpy lines it up with the last axis, the classes. Which argument keeps "
    "the summed axis, with length 1?"
)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)
