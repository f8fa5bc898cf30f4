"""1 / 1 + exp(-z): without the brackets of the denominator."""

import numpy as np

CAUGHT_BY = ("sigmoid_of_zero_is_one_half",)
HINT = (
    "You compute 1 / 1 first, and add exp(-z) to it. What belongs below the fraction bar, and how do you write "
    "that in one line?"
)


def sigmoid(z):
    return 1 / 1 + np.exp(-z)
