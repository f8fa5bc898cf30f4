"""-1 and 1 instead of 0 and 1."""

import numpy as np

CAUGHT_BY = ("which_side_of_a_line", "perceptron_matches")
HINT = "Your answers are -1 and 1. This perceptron answers with bits: what does it say where the sum is negative?"


def perceptron(X, w, b):
    return np.sign(X @ w + b)
