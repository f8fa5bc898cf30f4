"""The squared errors in place of the errors."""

import numpy as np

CAUGHT_BY = ("gradient_by_hand",)
HINT = "You multiply the features by the squared errors. What remains of a square when it is differentiated?"


def grad_w(x, y_pred, y):
    error = (y_pred - y) ** 2
    return np.outer(x, error) if x.ndim == 1 else x.T @ error
