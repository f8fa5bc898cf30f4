"""The mean of p * log2(1 / q), where p is the weight already."""

import numpy as np

CAUGHT_BY = ("entropy_by_hand", "cross_entropy_bits_by_hand")
HINT = "The p in front of each surprise is its weight, so the sum is a mean already. What do you divide by?"


def entropy_bits(p):
    return cross_entropy_bits(p, p)


def cross_entropy_bits(p, q):
    present = p > 0
    return float(np.mean(p[present] * np.log2(1.0 / q[present])))
