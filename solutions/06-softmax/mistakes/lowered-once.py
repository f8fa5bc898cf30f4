"""The largest score is taken from the scores of one term only."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_the_lecture", "loss_of_large_scores")
HINT = (
    "You take the row's largest score from the scores of one term and not of the other, so that it does not "
    "cancel. From which scores must it be taken?"
)


def cross_entropy(z, y):
    lowered = z - z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(lowered).sum(axis=1)) - z[np.arange(len(y)), y]))
