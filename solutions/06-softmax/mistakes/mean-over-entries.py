"""The mean over all N * K entries, most of which are 0."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_the_lecture", "loss_matches", "loss_is_a_surprise")
HINT = (
    "K times too small: you average over all entries. Each row pays once, for its true class: how many rows are there?"
)


def cross_entropy(z, y):
    lowered = z - z.max(axis=1, keepdims=True)
    log_p = lowered - np.log(np.exp(lowered).sum(axis=1, keepdims=True))
    return float(-np.mean(one_hot(y, z.shape[1]) * log_p))
