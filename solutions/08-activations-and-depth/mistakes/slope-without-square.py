"""exp(-z) / (1 + exp(-z)), without the square below the fraction bar."""

import numpy as np

CAUGHT_BY = ("slopes_of_curves", "slopes_of_curves_at_1000")
HINT = (
    "This is 1 - s. Far to the left it is 1, but there the sigmoid is flat: which factor is missing, or which power "
    "below the fraction bar?"
)


def sigmoid_prime(z):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(-z) / (1.0 + np.exp(-z))
