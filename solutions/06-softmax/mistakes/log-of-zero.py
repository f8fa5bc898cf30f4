"""First the probability, then its logarithm: what is far below the largest score is lost on the way."""

import numpy as np

CAUGHT_BY = ("loss_of_large_scores", "loss_far_out")
HINT = (
    "The probability of a true class is exactly 0 in yours, and log(0) is -inf. The formula of the task has no "
    "probability in it: what is log of a quotient? (And along which axis do the classes lie?)"
)


def cross_entropy(z, y):
    with np.errstate(divide="ignore"):
        return float(-np.mean(np.log(softmax(z)[np.arange(len(y)), y])))
