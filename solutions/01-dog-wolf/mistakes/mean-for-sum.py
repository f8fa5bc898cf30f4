"""A mean where this loss has a sum."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_a_batch")
HINT = "This loss is a sum over all entries, not a mean. Twice the data, twice the loss: is that so for yours?"


def loss(y_pred, y):
    return float(0.5 * np.mean((y_pred - y) ** 2))
