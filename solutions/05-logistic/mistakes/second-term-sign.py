"""The inner derivative of log(1 - p), which is -1, is forgotten."""

import numpy as np

CAUGHT_BY = ("bce_gradient_by_hand", "bce_gradient_is_the_slope")
HINT = "Right where y is 1, wrong sign where y is 0. log(1 - p) has an inner derivative: which one?"


def bce_backward(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return -(y / p + (1.0 - y) / (1.0 - p)) / p.size
