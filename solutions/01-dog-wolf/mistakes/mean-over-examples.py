"""The sum of the loss divided by the number of examples."""

import numpy as np

CAUGHT_BY = ("loss_of_a_batch",)
HINT = "This loss is a plain sum: nothing divides it by the number of examples. Later losses do; this one does not."


def loss(y_pred, y):
    return float(0.5 * np.sum((y_pred - y) ** 2) / len(y))
