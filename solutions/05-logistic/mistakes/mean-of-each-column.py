"""A mean along the first axis only."""

import numpy as np

CAUGHT_BY = ("bce_by_hand",)
HINT = (
    "An array came out: you averaged along one axis, so each column keeps a loss of its own. L is one number: over "
    "what does its mean run?"
)


def bce(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return -np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p), axis=0)
