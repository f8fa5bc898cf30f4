"""The gradient of a mean, though the loss is a sum."""

import numpy as np

CAUGHT_BY = ("gradient_is_the_slope",)
HINT = "Your gradient is N times too small: the loss is a sum over the examples, so its slopes add up as well."


def grad_w(x, y_pred, y):
    x = np.atleast_2d(x)
    return x.T @ np.atleast_2d(y_pred - y) / len(x)
