"""The largest eigenvalue itself."""

import numpy as np

CAUGHT_BY = ("limits_by_hand",)
HINT = (
    "This is the largest curvature itself. The steeper the valley, the smaller the steps must be: where does the "
    "curvature stand in the formula?"
)


def max_stable_lr(X):
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(np.linalg.eigvalsh(2 / len(X) * A.T @ A).max())
