"""The variance of the errors."""

import numpy as np

CAUGHT_BY = ("cost_of_three_slopes",)
HINT = (
    "You compute the variance of the errors, which takes their mean off first. Then a prediction that is too high "
    "everywhere costs nothing. What is squared?"
)


def cost(pred, y):
    return float(np.var(pred - y))
