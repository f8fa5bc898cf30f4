"""y - y_pred where the derivative has y_pred - y."""

import numpy as np

CAUGHT_BY = ("gradient_by_hand", "gradient_of_the_wolf_weights", "gradient_is_the_slope", "gradient_of_one_example")
HINT = (
    "Right size, wrong sign, so that the loss grows. Two signs decide the direction: that of the error inside the "
    "gradient (too large an output must be pushed down), and that of the step. Which of them is turned round?"
)


def grad_w(x, y_pred, y):
    return np.atleast_2d(x).T @ np.atleast_2d(y - y_pred)
