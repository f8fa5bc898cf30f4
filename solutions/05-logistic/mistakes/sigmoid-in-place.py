"""The sigmoid is computed in the caller's array."""

import numpy as np

CAUGHT_BY = ("sigmoid_matches",)
HINT = "After your sigmoid, the caller's z holds other numbers: out= and operators such as `+=` write into z."


def sigmoid(z):
    np.negative(z, out=z)
    return 1.0 / (1.0 + np.exp(z))
