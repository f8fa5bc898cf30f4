"""y - y_pred where the derivative has y_pred - y."""

import numpy as np

CAUGHT_BY = ("gradient_by_hand", "gradient_of_the_wolf_weights", "gradient_is_the_slope", "gradient_of_one_example")
HINT = (
    "Right size, wrong sign. In the square the order of ŷ and y does not matter; in its derivative it does. "
    "If an output is too large, should the gradient be positive or negative?"
)


def grad_w(x, y_pred, y):
    return np.atleast_2d(x).T @ np.atleast_2d(y - y_pred)
