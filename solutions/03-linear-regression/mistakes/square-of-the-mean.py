"""First the mean, then the square."""

import numpy as np

CAUGHT_BY = ("cost_of_three_slopes", "cost_matches", "cost_is_a_mean_of_squares")
HINT = "First the mean, then the square: errors of 1 and -1 would cost nothing. In which order does the formula go?"


def cost(pred, y):
    return float(np.mean(pred - y) ** 2)
