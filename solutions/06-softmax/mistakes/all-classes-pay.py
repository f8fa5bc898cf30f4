"""The mean of -log p over all classes."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_the_lecture", "loss_of_large_scores")
HINT = "You average -log p over all classes. A row pays for one of them only: which one, and where does y come in?"


def cross_entropy(z, y):
    lowered = z - z.max(axis=1, keepdims=True)
    surprise = np.log(np.exp(lowered).sum(axis=1)) - lowered.mean(axis=1)
    return float(surprise.mean())
