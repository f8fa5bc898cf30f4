"""H without the mean."""

import numpy as np

CAUGHT_BY = ("limits_by_hand", "limits_match", "limit_separates")
HINT = "Your H belongs to the sum of the squares. Which factor stands before the sum in this cost, and so before H?"


def max_stable_lr(X):
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(2 / np.linalg.eigvalsh(2 * A.T @ A).max())
