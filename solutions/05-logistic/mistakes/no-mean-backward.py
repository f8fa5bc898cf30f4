"""The gradient of the sum, not of the mean."""

import numpy as np

CAUGHT_BY = ("bce_gradient_by_hand", "bce_gradient_is_the_slope")
HINT = "Yours is n times the gradient, everywhere. What does the mean in L do to its derivative?"


def bce_backward(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return (p - y) / (p * (1.0 - p))
