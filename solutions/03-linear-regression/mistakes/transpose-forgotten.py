"""A theta = y, which numpy can solve only for a square A."""

import numpy as np

CAUGHT_BY = ("lines_by_hand", "solutions_match", "no_line_is_better")
HINT = (
    "There are more equations than unknowns, so A has no inverse. What do you have to multiply both sides "
    "with, and from which side?"
)


def normal_equation(X, y):
    A = np.hstack([X, np.ones((len(X), 1))])
    theta = np.linalg.solve(A, y)
    return theta[:-1], theta[-1]
