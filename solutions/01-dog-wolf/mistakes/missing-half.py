"""The ½ of the loss is missing."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_a_batch", "loss_after_one_step_of_all_weights")
HINT = "The loss is ½ Σ(ŷ - y)²; yours is exactly twice as large. Which factor of the formula is not in your code?"


def loss(y_pred, y):
    return float(np.sum((y_pred - y) ** 2))
