"""W is found without a bias, and b from what is left."""

import numpy as np

CAUGHT_BY = ("lines_by_hand",)
HINT = (
    "You find W as if there were no bias, and b from what is left over. Both belong to one system: what does the "
    "column of ones do?"
)


def normal_equation(X, y):
    W = np.linalg.solve(X.T @ X, X.T @ y)
    return W, (y - X @ W).mean(axis=0)
