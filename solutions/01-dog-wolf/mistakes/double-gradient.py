"""The 2 of the square is kept, the ½ of the loss forgotten."""

import numpy as np

CAUGHT_BY = ("gradient_by_hand", "gradient_of_the_wolf_weights", "gradient_is_the_slope", "gradient_of_one_example")
HINT = "Exactly twice the slope. The square gives a 2 when you differentiate it: what does the ½ in front do to that?"


def grad_w(x, y_pred, y):
    return 2.0 * np.atleast_2d(x).T @ np.atleast_2d(y_pred - y)
