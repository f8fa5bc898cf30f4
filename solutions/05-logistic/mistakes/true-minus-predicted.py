"""y - p in the numerator."""

import numpy as np

CAUGHT_BY = ("bce_gradient_by_hand", "bce_gradient_of_two_columns", "bce_gradient_of_certain_answers")
HINT = "Right, with the sign turned. Where y is 1, does the loss grow or fall when p grows?"


def bce_backward(p, y):
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return (y - p) / (p * (1.0 - p)) / p.size
