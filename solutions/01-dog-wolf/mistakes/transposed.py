"""The gradient with outputs as rows."""

import numpy as np

CAUGHT_BY = ("gradient_by_hand", "gradient_of_the_wolf_weights", "gradient_is_the_slope", "gradient_of_one_example")
HINT = (
    "The gradient has the shape of w, features by outputs; yours is its transpose. "
    "Write the shapes of x and of the error on paper: which of them must be turned?"
)


def grad_w(x, y_pred, y):
    return np.atleast_2d(y_pred - y).T @ np.atleast_2d(x)
