"""Divided by m - 1, as an estimate of a variance is."""

import numpy as np

CAUGHT_BY = ("cost_of_three_slopes",)
HINT = "You divide by m - 1, as for the variance of a sample. A mean of m squares is divided by what?"


def cost(pred, y):
    return float(np.sum((pred - y) ** 2) / (len(y) - 1))
