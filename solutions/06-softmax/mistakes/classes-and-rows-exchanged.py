"""The softmax of the loss runs over the examples."""

import numpy as np

CAUGHT_BY = ("loss_by_hand",)
HINT = (
    "Your probabilities sum to 1 in each column, over the examples. Each row is an example of its own: which axis "
    "counts the classes?"
)


def cross_entropy(z, y):
    lowered = z - z.max(axis=0, keepdims=True)
    p = np.exp(lowered) / np.exp(lowered).sum(axis=0, keepdims=True)
    return float(-np.log(p[np.arange(len(y)), y]).mean())
