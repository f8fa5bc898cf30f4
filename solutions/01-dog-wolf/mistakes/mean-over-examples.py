"""The sum of the loss divided by the number of examples."""

import numpy as np

CAUGHT_BY = ("loss_of_a_batch",)
HINT = "This loss is a sum over all entries, not a mean. Twice the data, twice the loss: is that so for yours?"


def loss(y_pred, y):
    return float(0.5 * np.sum((y_pred - y) ** 2) / len(y))
