"""exp(z), not divided by anything."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand", "softmax_of_the_lecture", "softmax_of_large_scores")
HINT = "These are the exponentials themselves. Shares of what are asked for, and along which axis do they sum to 1?"


def softmax(z):
    with np.errstate(over="ignore"):
        return np.exp(z)
