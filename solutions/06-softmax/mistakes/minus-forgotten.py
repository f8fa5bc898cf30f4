"""The mean of log p, without its minus."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_the_lecture", "loss_of_large_scores")
HINT = (
    "Your loss is negative, and better answers would cost more. The logarithm of a probability is never above 0: "
    "what makes a surprise of it?"
)


def cross_entropy(z, y):
    lowered = z - z.max(axis=1, keepdims=True)
    surprise = np.log(np.exp(lowered).sum(axis=1)) - lowered[np.arange(len(y)), y]
    return -float(surprise.mean())
