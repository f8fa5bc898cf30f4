"""Only right answers are counted."""

import numpy as np

CAUGHT_BY = ("confusion_by_hand",)
HINT = (
    "You count the right answers only, so everything beside the diagonal is 0. Where does a 4 that is taken for a "
    "9 belong?"
)


def confusion_matrix(y, p, k=10):
    c = np.zeros((k, k), dtype=np.int64)
    for a, b in zip(y, p, strict=True):
        if a == b:
            c[a, b] += 1
    return c
