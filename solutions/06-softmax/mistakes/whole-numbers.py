"""Rows of integers."""

import numpy as np

CAUGHT_BY = ("one_hot_by_hand",)
HINT = (
    "Your rows hold whole numbers. Right places, other type: gradients are float64, and so is this array. Which "
    "dtype does your way of making zeros or ones choose?"
)


def one_hot(y, k):
    return np.eye(k, dtype=int)[y]
