"""ReLU in place of the sigmoid."""

import numpy as np

CAUGHT_BY = ("sigmoid_of_zero_is_one_half", "sigmoid_of_1000")
HINT = (
    "Yours is ReLU: it cuts off on one side only. A probability has a border at both ends: which curve keeps to both?"
)


def sigmoid(z):
    return np.maximum(z, 0.0)
