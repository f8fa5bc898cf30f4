"""The sum of all eigenvalues in place of the largest."""

import numpy as np

CAUGHT_BY = ("limits_by_hand",)
HINT = (
    "You divide by the sum of all eigenvalues, the trace. Only the steepest direction sets the limit: which of "
    "them is it?"
)


def max_stable_lr(X):
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(2 / np.trace(2 / len(X) * A.T @ A))
