"""The largest singular value of A, not squared."""

import numpy as np

CAUGHT_BY = ("limits_by_hand", "limits_match", "limit_separates")
HINT = "That is the largest singular value of A. How is it related to the largest eigenvalue of A^T A?"


def max_stable_lr(X):
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(len(X) / np.linalg.norm(A, 2))
