"""A sum where the cost is a mean."""

import numpy as np

CAUGHT_BY = ("cost_of_three_slopes", "cost_matches", "cost_is_a_mean_of_squares")
HINT = "This cost is a mean: twice the data cost the same. By what does your sum have to be divided?"


def cost(pred, y):
    return float(np.sum((pred - y) ** 2))
