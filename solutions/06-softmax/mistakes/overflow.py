"""exp of the scores as they are."""

import numpy as np

CAUGHT_BY = ("softmax_of_large_scores", "softmax_far_out")
HINT = (
    "exp(1000) is inf, and inf / inf is nan. A row's softmax does not change when a number is taken from all its "
    "scores: which number keeps every exponential at 1 or below?"
)


def softmax(z):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(z)
        return e / e.sum(axis=1, keepdims=True)
