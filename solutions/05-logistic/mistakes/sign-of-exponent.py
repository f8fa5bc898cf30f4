"""exp(z) where the sigmoid has exp(-z)."""

import numpy as np

CAUGHT_BY = ("sigmoid_of_zero_is_one_half", "sigmoid_matches", "sigmoid_is_symmetric")
HINT = "Your curve falls where the sigmoid rises: you compute s(-z). Look at the sign inside exp."


def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, small, 1.0) / (1.0 + small)
