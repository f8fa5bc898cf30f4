"""Probabilities of 0 and 1 go into the denominator as they are."""

import numpy as np

CAUGHT_BY = ("bce_gradient_of_certain_answers", "bce_gradient_of_the_certain")
HINT = "At p = 0 and p = 1 your denominator is 0. Clip p as bce does, before you divide."


def bce_backward(p, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        return (p - y) / (p * (1.0 - p)) / p.size
