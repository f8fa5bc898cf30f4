"""e^z / (1 + e^z), and the quotient of tanh: right on paper, nan far out."""

import numpy as np

CAUGHT_BY = ("curves_at_1000", "curves_far_out")
HINT = (
    "exp(1000) is inf, and inf / inf is nan. An exponential of a negative number never overflows: "
    "which form of the quotient is safe on which side? (For tanh, numpy has one.)"
)


def sigmoid(z):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(z) / (1.0 + np.exp(z))


def tanh(z):
    with np.errstate(over="ignore", invalid="ignore"):
        return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
