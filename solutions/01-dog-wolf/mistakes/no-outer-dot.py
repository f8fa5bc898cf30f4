"""The product for a batch, also for a single example, where it cannot be formed."""

import numpy as np

CAUGHT_BY = ("gradient_by_hand", "gradient_of_the_wolf_weights", "gradient_of_one_example")
HINT = (
    "A single example has no batch axis, so there is nothing to transpose: x.T of one axis is x itself. "
    "Which product of n numbers and 2 numbers is an n × 2 table?"
)


def grad_w(x, y_pred, y):
    return np.dot(x.T, y_pred - y)
