"""1/(2m), as one slide has it."""

import numpy as np

CAUGHT_BY = ("cost_of_three_slopes", "cost_matches", "cost_is_a_mean_of_squares")
HINT = "Yours is half the cost: one slide has 1/(2m), the lab and this assignment have 1/m. Which factor is too many?"


def cost(pred, y):
    return float(np.mean((pred - y) ** 2) / 2)
