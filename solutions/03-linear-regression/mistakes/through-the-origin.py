"""No column of ones, so the line goes through 0."""

import numpy as np

CAUGHT_BY = ("lines_by_hand", "solutions_match", "no_line_is_better")
HINT = "Your line goes through the origin. Which column gives it the freedom to begin elsewhere?"


def normal_equation(X, y):
    return np.linalg.lstsq(X, y, rcond=None)[0], np.zeros(1)
