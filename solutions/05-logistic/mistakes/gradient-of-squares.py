"""2 (p - y) / n, the gradient of the mean squared error."""

import numpy as np

CAUGHT_BY = ("bce_gradient_by_hand", "bce_gradient_of_two_columns", "bce_gradient_of_certain_answers")
HINT = (
    "2 (p - y) / n is the gradient of a mean squared error. This loss is made of logarithms: what is the derivative "
    "of log(p)?"
)


def bce_backward(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return 2.0 * (p - y) / p.size
