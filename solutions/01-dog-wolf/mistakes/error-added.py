"""The target is added to the output."""

import numpy as np

CAUGHT_BY = ("loss_by_hand",)
HINT = (
    "Your loss is right where y is 0, and wrong elsewhere. What is the error of an output, and which sign does y "
    "have in it?"
)


def loss(y_pred, y):
    return float(0.5 * np.sum((y_pred + y) ** 2))
