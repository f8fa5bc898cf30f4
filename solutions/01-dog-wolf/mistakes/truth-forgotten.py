"""The outputs in place of the errors; y plays no part."""

import numpy as np

CAUGHT_BY = ("gradient_by_hand",)
HINT = (
    "Your gradient is made of the outputs alone, so that it pushes every output to 0. Where should they go, and "
    "where does y come in?"
)


def grad_w(x, y_pred, y):
    return np.outer(x, y_pred) if x.ndim == 1 else x.T @ y_pred
