"""np.outer, whatever the number of examples."""

import numpy as np

CAUGHT_BY = ("gradient_is_the_slope",)
HINT = (
    "np.outer is for a single example: it makes one long row of a whole batch. Which product of x and the "
    "errors adds up over the examples?"
)


def grad_w(x, y_pred, y):
    return np.outer(x, y_pred - y)
