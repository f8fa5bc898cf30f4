"""1 - p in place of -log p."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_the_lecture", "loss_of_large_scores")
HINT = "You average 1 - p, which never exceeds 1. A surprise has no upper end: what happens to it when p goes to 0?"


def cross_entropy(z, y):
    return float(np.mean(1.0 - softmax(z)[np.arange(len(y)), y]))
