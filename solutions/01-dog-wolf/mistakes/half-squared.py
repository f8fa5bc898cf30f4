"""The ½ stands inside the square, where it becomes ¼."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_a_batch")
HINT = "You squared the ½ too, and ½² is ¼: half of the right value. Where must the bracket end?"


def loss(y_pred, y):
    return float(np.sum((0.5 * (y_pred - y)) ** 2))
