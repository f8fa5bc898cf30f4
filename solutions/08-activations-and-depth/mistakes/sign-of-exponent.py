"""exp(z) where the sigmoid has exp(-z)."""

import numpy as np

CAUGHT_BY = ("sigmoid_of_the_lecture", "values[curves]", "curves_far_out", "relations")
HINT = "Your curve falls where the sigmoid climbs: you compute the sigmoid of -z. Look at the sign inside exp."


def sigmoid(z):
    return 0.5 * (1.0 - np.tanh(0.5 * z))
