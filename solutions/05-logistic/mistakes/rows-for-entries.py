"""Divided by the number of rows, where all entries count."""

import numpy as np

CAUGHT_BY = ("bce_gradient_of_two_columns", "bce_gradient_is_the_slope")
HINT = (
    "You divide by the length of one axis. The mean runs over all entries; with several columns that is more. How many?"
)


def bce_backward(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return (p - y) / (p * (1.0 - p)) / len(p)
