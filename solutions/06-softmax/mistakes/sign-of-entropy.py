"""log2(p) where log2(1 / p) belongs."""

import numpy as np

CAUGHT_BY = ("entropy_by_hand", "entropy_matches", "cross_entropy_bits_by_hand", "cross_entropy_bits_matches")
HINT = "Yours is negative: the logarithm of a probability is. The surprise is the logarithm of what?"


def entropy_bits(p):
    return cross_entropy_bits(p, p)


def cross_entropy_bits(p, q):
    present = p > 0
    return float(np.sum(p[present] * np.log2(q[present])))
