"""The ones are in front and the bias is read off the end."""

import numpy as np

CAUGHT_BY = ("lines_by_hand", "solutions_match", "no_line_is_better")
HINT = (
    "The numbers are right and in the wrong places. In which column of your A do the ones stand, and "
    "where in theta is b?"
)


def normal_equation(X, y):
    A = np.hstack([np.ones((len(X), 1)), X])
    theta = np.linalg.lstsq(A, y, rcond=None)[0]
    return theta[:-1], theta[-1]
