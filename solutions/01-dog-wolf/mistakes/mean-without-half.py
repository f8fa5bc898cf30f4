"""A mean of the squares, without the ½."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_a_batch")
HINT = "You take the mean of the squared errors, without the ½. This loss is half of their sum."


def loss(y_pred, y):
    return float(np.mean((y_pred - y) ** 2))
