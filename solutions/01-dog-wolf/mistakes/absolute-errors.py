"""Half the sum of the sizes of the errors."""

import numpy as np

CAUGHT_BY = ("loss_by_hand",)
HINT = "You add up the sizes of the errors. What makes an error of 2 count four times as much as one of 1?"


def loss(y_pred, y):
    return float(0.5 * np.sum(np.abs(y_pred - y)))
