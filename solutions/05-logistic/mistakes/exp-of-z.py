"""exp(z) / (1 + exp(z)), right until exp(z) overflows."""

import numpy as np

CAUGHT_BY = ("slope_at_1000", "sigmoid_of_1000", "sigmoid_far_out", "slope_far_out")
HINT = (
    "At z = 1000, exp(z) is inf, and inf / inf is nan. "
    "exp of a negative number never overflows: which form of the fraction uses it, on each side of 0?"
)


def sigmoid(z):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(z) / (1.0 + np.exp(z))
