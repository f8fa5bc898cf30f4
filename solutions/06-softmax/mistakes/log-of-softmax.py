"""The logarithms of the probabilities."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand",)
HINT = (
    "These are the logarithms of the probabilities: they are negative, and the rows do not sum to 1. Which step "
    "is one too many?"
)


def softmax(z):
    e = z - z.max(axis=1, keepdims=True)
    return e - np.log(np.exp(e).sum(axis=1, keepdims=True))
