"""Labels first, probabilities second."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_matches", "bce_gradient_by_hand", "bce_gradient_is_the_slope")
HINT = "The order is (p, y): you took the logarithm of the labels. Compare your signature with the stub's."


def bce(y, p):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return float(-np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))


def bce_backward(y, p):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return (p - y) / (p * (1.0 - p)) / p.size
