"""The mean of the errors, in which they cancel."""

import numpy as np

CAUGHT_BY = ("cost_of_three_slopes",)
HINT = (
    "You average the errors themselves, and those above the line cancel those below. What makes every error count, "
    "whatever its sign?"
)


def cost(pred, y):
    return float(np.mean(pred - y))
