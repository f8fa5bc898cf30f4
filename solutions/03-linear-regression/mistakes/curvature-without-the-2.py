"""H without its factor 2."""

import numpy as np

CAUGHT_BY = ("limits_by_hand", "limits_match", "limit_separates")
HINT = (
    "Your limit is twice too large. The cost is a mean of squares: which factor does differentiating it "
    "twice leave in H?"
)


def max_stable_lr(X):
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(2 / np.linalg.eigvalsh(A.T @ A / len(X)).max())
