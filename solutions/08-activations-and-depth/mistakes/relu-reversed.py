"""min(z, 0)."""

import numpy as np

CAUGHT_BY = ("tanh_and_relu_by_hand",)
HINT = (
    "Yours lets the negative numbers pass and stops the positive ones. Which of z and 0 should win when z is positive?"
)


def relu(z):
    return np.minimum(z, 0.0)
