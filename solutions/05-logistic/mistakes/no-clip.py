"""Probabilities of 0 and 1 go into the logarithm as they are."""

import numpy as np

CAUGHT_BY = ("bce_of_a_certain_answer", "bce_of_the_certain")
HINT = "log(0) is -inf, and 0 times -inf is nan. Clip p before the logarithm, to the range that the task names."


def bce(p, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(-np.mean(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))
