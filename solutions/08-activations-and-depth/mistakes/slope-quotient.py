"""The slope by a quotient whose two halves overflow together."""

import numpy as np

CAUGHT_BY = ("slopes_of_curves_at_1000", "slopes_far_out")
HINT = (
    "At z = -1000 both halves of your quotient are inf, and inf / inf is nan. "
    "Can you write the slope with nothing but the sigmoid itself, which never leaves [0, 1]?"
)


def sigmoid_prime(z):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(-z)
        return e / (1.0 + e) ** 2
