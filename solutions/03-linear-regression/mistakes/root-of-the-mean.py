"""The root of the mean square."""

import numpy as np

CAUGHT_BY = ("cost_of_three_slopes", "cost_matches", "cost_is_a_mean_of_squares")
HINT = "You took the root of the mean square. That is a fine number to report, but which one is minimised here?"


def cost(pred, y):
    return float(np.sqrt(np.mean((pred - y) ** 2)))
