"""The errors are written into the caller's outputs."""

import numpy as np

CAUGHT_BY = ("loss_by_hand", "loss_of_a_batch")
HINT = "After your loss, the caller's y_pred holds the errors. Where does `-=` put its result?"


def loss(y_pred, y):
    y_pred -= y
    return float(0.5 * np.sum(y_pred**2))
