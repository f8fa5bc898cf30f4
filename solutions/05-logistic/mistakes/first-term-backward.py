"""Only log(p) is differentiated, and p is not clipped."""

import numpy as np

CAUGHT_BY = ("bce_gradient_by_hand", "bce_gradient_of_two_columns", "bce_gradient_of_certain_answers")
HINT = (
    "Your gradient is 0 wherever y is 0. Such an example pays log(1 - p): what is the derivative of that with "
    "respect to p?"
)


def bce_backward(p, y):
    with np.errstate(divide="ignore"):
        return -y / p / p.size
