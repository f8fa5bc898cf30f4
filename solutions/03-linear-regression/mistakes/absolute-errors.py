"""Absolute errors for squares."""

import numpy as np

CAUGHT_BY = ("cost_of_three_slopes", "cost_matches", "cost_is_a_mean_of_squares")
HINT = "You average the sizes of the errors. What makes an error of 2 count four times as much as one of 1?"


def cost(pred, y):
    return float(np.mean(np.abs(pred - y)))
