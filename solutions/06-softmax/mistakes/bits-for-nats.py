"""The slide's log2 in the loss."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_the_lecture", "loss_matches", "loss_is_a_surprise")
HINT = (
    "These are bits. The lecture defines cross entropy with log2, but its code, and every library, computes the loss "
    "with the natural logarithm, and so does this task."
)


def cross_entropy(z, y):
    lowered = z - z.max(axis=1, keepdims=True)
    return float(np.mean(np.log2(np.exp(lowered).sum(axis=1)) - lowered[np.arange(len(y)), y] / np.log(2.0)))
