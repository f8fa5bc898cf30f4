"""Right at the corners, wrong a little beside them."""

import numpy as np

CAUGHT_BY = ("lines_between_the_corners", "lines_keep_their_distance")
HINT = (
    "Right at the four corners, wrong when the inputs are off by .1: your line passes too near to a corner. How "
    "far from its nearest corners can it be?"
)


def and_weights():
    return np.array([1.0, 1.0]), -1.1


def or_weights():
    return np.array([1.0, 1.0]), -0.1
