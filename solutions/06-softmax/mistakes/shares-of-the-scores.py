"""Each score divided by the sum of its row, without exp."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand", "softmax_of_the_lecture", "softmax_of_large_scores")
HINT = (
    "You divide the scores themselves by their sum. A score may be negative or 0, and a share may not: what is done "
    "to every score first?"
)


def softmax(z):
    with np.errstate(divide="ignore", invalid="ignore"):
        return z / z.sum(axis=1, keepdims=True)
