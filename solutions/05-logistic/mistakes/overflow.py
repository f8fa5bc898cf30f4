"""The slope by the quotient formula, whose two halves overflow together."""

import numpy as np

CAUGHT_BY = ("slope_at_1000", "slope_far_out")
HINT = (
    "At z = -1000, exp(-z) is inf, above and below the fraction bar, and inf / inf is nan. "
    "The sigmoid itself never leaves [0, 1]: can you write its slope with nothing else?"
)


def sigmoid_prime(z):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(-z)
        return e / (1.0 + e) ** 2
