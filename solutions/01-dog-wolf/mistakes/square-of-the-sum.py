"""The errors are added first and squared then, so they cancel."""

import numpy as np

CAUGHT_BY = ("loss_by_hand",)
HINT = (
    "You add the errors before you square them, so that 1 and -1 cancel. What is squared in the formula, each error "
    "or their sum?"
)


def loss(y_pred, y):
    return float(0.5 * np.sum(y_pred - y) ** 2)
