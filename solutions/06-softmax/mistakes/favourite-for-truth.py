"""The surprise of the largest score, not of the true class."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_large_scores")
HINT = (
    "Every row pays for its largest score, whatever its label is. Whose surprise is the loss, and where does y come in?"
)


def cross_entropy(z, y):
    lowered = z - z.max(axis=1, keepdims=True)
    surprise = np.log(np.exp(lowered).sum(axis=1)) - lowered.max(axis=1)
    return float(surprise.mean())
