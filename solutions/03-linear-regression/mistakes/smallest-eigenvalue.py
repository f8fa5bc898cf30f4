"""The flattest direction in place of the steepest."""

import numpy as np

CAUGHT_BY = ("limits_by_hand", "limits_match", "limit_separates")
HINT = "You took the flattest direction. Which one is the first to jump across its valley and come out higher?"


def max_stable_lr(X):
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(2 / np.linalg.eigvalsh(2 / len(X) * A.T @ A).min())
