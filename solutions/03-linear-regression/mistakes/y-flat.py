"""y of shape (m,), so that the difference is a table of m times m."""

import numpy as np

CAUGHT_BY = (
    "cost_of_three_slopes",
    "cost_matches",
    "cost_is_a_mean_of_squares",
    "gradient_by_hand",
    "gradient_on_both_sides_of_the_minimum",
    "gradient_is_the_slope",
    "gradient_matches",
    "first_step_of_the_lab",
)
HINT = "(m, 1) - (m,) is a table of m times m differences, silently. What shape has your y just before the minus?"


def cost(pred, y):
    return float(np.mean((pred - y.ravel()) ** 2))


def cost_gradient(X, y, W, b):
    error = X @ W + b - y.ravel()
    return 2 * X.T @ error / len(X), 2 * error.mean(axis=0)
