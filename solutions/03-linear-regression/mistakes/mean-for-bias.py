"""The data are centred, and the mean of y is returned as the bias."""

import numpy as np

CAUGHT_BY = ("lines_by_hand",)
HINT = (
    "Your slope is right, and your b is the height of the line above the MEAN of X. Where must the line be read off "
    "for b, and how far down is it from there?"
)


def normal_equation(X, y):
    W = np.linalg.lstsq(X - X.mean(axis=0), y, rcond=None)[0]
    return W, y.mean(axis=0)
