"""The labels are taken for 1 .. k."""

import numpy as np

CAUGHT_BY = ("one_hot_by_hand",)
HINT = (
    "Every 1 stands one column too far to the left, and the label 0 lands in the last column. From which number do "
    "the classes count?"
)


def one_hot(y, k):
    return np.eye(k)[y - 1]
