"""The surprises are added without their weights."""

import numpy as np

CAUGHT_BY = ("entropy_by_hand", "cross_entropy_bits_by_hand")
HINT = "You add up the surprises of all outcomes as if each happened every time. How often does each occur?"


def entropy_bits(p):
    return cross_entropy_bits(p, p)


def cross_entropy_bits(p, q):
    present = p > 0
    return float(np.sum(np.log2(1.0 / q[present])))
