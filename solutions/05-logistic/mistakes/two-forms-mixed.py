"""exp(z) / (1 + exp(-z)): the numerator of one form, the denominator of the other."""

import numpy as np

CAUGHT_BY = ("sigmoid_of_zero_is_one_half", "sigmoid_of_1000")
HINT = (
    "Your values grow beyond 1, which no probability does. Which exponential stands above the fraction bar, which "
    "below it, and what is added to it there?"
)


def sigmoid(z):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(z) / (1.0 + np.exp(-z))
