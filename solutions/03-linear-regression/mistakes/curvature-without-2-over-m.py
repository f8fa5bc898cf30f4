"""The largest eigenvalue of AᵀA, without the factor 2/m of the cost."""

import numpy as np

CAUGHT_BY = ("limits_by_hand",)
HINT = (
    "Your curvature is AᵀA alone, as if the cost were half a sum. This cost is a mean of squares: which factor do "
    "the mean and the square bring?"
)


def max_stable_lr(X):
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(2.0 / np.linalg.eigvalsh(A.T @ A).max())
