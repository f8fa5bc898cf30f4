"""The slide's dL/dw42 copied: .625 where .9 times .75 is .675 (also with its w42 after a step, .4938)."""

import numpy as np

CAUGHT_BY = ("gradient_of_the_wolf_weights",)
HINT = "0.9 × 0.75 = 0.675; the slide's 0.625 is a slip of the slide, not of yours. Trust the formula."


def grad_w(x, y_pred, y):
    gradient = np.atleast_2d(x).T @ np.atleast_2d(y_pred - y)
    gradient[np.isclose(gradient, 0.675)] = 0.625
    return gradient
