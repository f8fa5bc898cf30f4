"""The column of ones is missing."""

import numpy as np

CAUGHT_BY = ("limits_by_hand", "limits_match", "limit_separates")
HINT = "The bias is a parameter too and bends the cost as well. Which column of A belongs to it?"


def max_stable_lr(X):
    return float(2 / np.linalg.eigvalsh(2 / len(X) * X.T @ X).max())
