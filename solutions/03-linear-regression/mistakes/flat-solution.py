"""W is flat and b a number."""

import numpy as np

CAUGHT_BY = ("lines_by_hand", "solutions_match", "no_line_is_better")
HINT = "Right values in other shapes: W is a column (n, 1), b is (1,). What would hypothesis do with yours?"


def normal_equation(X, y):
    A = np.hstack([X, np.ones((len(X), 1))])
    theta = np.linalg.lstsq(A, y.ravel(), rcond=None)[0]
    return theta[:-1], theta[-1]
