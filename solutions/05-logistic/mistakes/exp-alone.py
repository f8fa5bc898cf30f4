"""exp(z): the 1 below the fraction bar is forgotten."""

import numpy as np

CAUGHT_BY = ("sigmoid_of_zero_is_one_half", "sigmoid_of_1000")
HINT = (
    "Your values grow beyond 1, which no probability does. Which exponential stands above the fraction bar, which "
    "below it, and what is added to it there?"
)


def sigmoid(z):
    with np.errstate(over="ignore", divide="ignore"):
        return 1.0 / np.exp(-z)
