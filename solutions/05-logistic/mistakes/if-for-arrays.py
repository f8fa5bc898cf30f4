"""`if` asks a whole array whether it is positive."""

import numpy as np

CAUGHT_BY = ("sigmoid_of_zero_is_one_half", "sigmoid_of_1000")
HINT = (
    "`if` decides once for the whole array, but z has many entries, and each needs its own answer. Is there a form "
    "without a decision, or a function of numpy that chooses for each entry?"
)


def sigmoid(z):
    if z >= 0:
        return 1.0 / (1.0 + np.exp(-z))
    return np.exp(z) / (1.0 + np.exp(z))
