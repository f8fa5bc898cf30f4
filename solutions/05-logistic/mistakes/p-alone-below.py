"""p in the denominator, without its partner 1 - p."""

import numpy as np

CAUGHT_BY = ("bce_gradient_by_hand", "bce_gradient_of_two_columns", "bce_gradient_of_certain_answers")
HINT = (
    "You divide by p alone. Two logarithms were differentiated, each left its own argument below the fraction bar: "
    "which two, and what is their common denominator?"
)


def bce_backward(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return (p - y) / p / p.size
