"""The Kullback-Leibler divergence: the entropy of P is taken off."""

import numpy as np

CAUGHT_BY = ("cross_entropy_bits_by_hand",)
HINT = (
    "This is what Q costs more than the truth would, so P believed by itself costs 0. What is asked is the whole "
    "surprise: which quotient stands in its logarithm?"
)


def cross_entropy_bits(p, q):
    present = p > 0
    return float(np.sum(p[present] * np.log2(p[present] / q[present])))
