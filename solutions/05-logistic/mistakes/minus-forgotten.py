"""The minus in front of the mean is forgotten."""

import numpy as np

CAUGHT_BY = ("bce_by_hand", "bce_of_a_certain_answer")
HINT = (
    "Your loss is negative, and better answers would cost more. The logarithm of a probability is never above 0: "
    "what makes a price of it?"
)


def bce(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return float(np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))
