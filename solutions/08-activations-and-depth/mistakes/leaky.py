"""A hundredth of what is negative leaks through."""

import numpy as np

CAUGHT_BY = ("tanh_and_relu_by_hand", "values[relu]")
HINT = "This is a leaky relu: a little of what is negative comes through. Ours is shut on that side."


def relu(z):
    return np.where(z > 0, z, 0.01 * z)
