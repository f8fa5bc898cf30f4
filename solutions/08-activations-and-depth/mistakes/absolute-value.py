"""The sign is dropped; nothing is cut off."""

import numpy as np

CAUGHT_BY = ("tanh_and_relu_by_hand", "values[relu]", "relations")
HINT = "This is |z|: what is negative comes back positive. What should become of it?"


def relu(z):
    return np.abs(z)
