"""tanh in place of the sigmoid."""

import numpy as np

CAUGHT_BY = ("sigmoid_of_zero_is_one_half", "sigmoid_of_1000")
HINT = (
    "Yours is tanh, which runs from -1 to 1. Between which two numbers does a probability lie, and what is it where "
    "nothing is known, at z = 0?"
)


def sigmoid(z):
    return np.tanh(z)
