"""A sum over the rows, where the mean belongs."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_the_lecture", "loss_matches", "loss_is_a_surprise")
HINT = "Exactly N times too large: divide by the number of rows. Would this loss grow if every example came twice?"


def cross_entropy(z, y):
    lowered = z - z.max(axis=1, keepdims=True)
    return float(np.sum(np.log(np.exp(lowered).sum(axis=1)) - lowered[np.arange(len(y)), y]))
