"""exp(-z) in place of exp(z)."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand",)
HINT = "Your smallest score gets the largest probability. Which sign has the score in the exponent?"


def softmax(z):
    e = np.exp(-(z - z.min(axis=1, keepdims=True)))
    return e / e.sum(axis=1, keepdims=True)
