"""Half the sum of the sizes of the errors."""

import numpy as np

CAUGHT_BY = ("loss_by_hand",)
HINT = (
    "Your loss of the errors 1, 2 and 3 is 3, half of their sum. An error of 2 counts four times as much as one of 1: "
    "what is squared, (y_pred - y) ** 2?"
)


def loss(y_pred, y):
    return float(0.5 * np.sum(np.abs(y_pred - y)))
