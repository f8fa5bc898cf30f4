"""The features are scaled in the caller's array."""

import numpy as np

CAUGHT_BY = ("limits_by_hand", "limits_match")
HINT = "After your call the caller's X had other values: `*=` writes into the array that you were given. Scale a copy."


def max_stable_lr(X):
    scale = np.sqrt(2.0 / len(X))
    X *= scale
    A = np.hstack([X, np.full((len(X), 1), scale)])
    return float(2.0 / np.linalg.eigvalsh(A.T @ A).max())
