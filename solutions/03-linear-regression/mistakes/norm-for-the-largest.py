"""The squared norm of X in place of the largest eigenvalue."""

import numpy as np

CAUGHT_BY = ("limits_by_hand",)
HINT = (
    "Right for a single feature whose mean is 0, and only there: the squared norm of X adds up the curvatures of "
    "all directions, and X has no column of ones. Which curvature decides?"
)


def max_stable_lr(X):
    return float(len(X) / np.linalg.norm(X) ** 2)
