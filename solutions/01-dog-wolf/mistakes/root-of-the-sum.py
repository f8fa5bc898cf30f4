"""The length of the vector of errors."""

import numpy as np

CAUGHT_BY = ("loss_by_hand",)
HINT = "You took a root: this is the length of the error, or a part of it. Is there a root in the formula of the loss?"


def loss(y_pred, y):
    return float(0.5 * np.sqrt(np.sum((y_pred - y) ** 2)))
