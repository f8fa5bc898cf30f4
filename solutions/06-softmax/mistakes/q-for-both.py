"""The entropy of Q; P plays no part."""

import numpy as np

CAUGHT_BY = ("cross_entropy_bits_by_hand",)
HINT = "This is the entropy of Q. The outcomes come from P: whose probabilities weigh the surprises?"


def cross_entropy_bits(p, q):
    m = q > 0
    return float(np.sum(q[m] * np.log2(1 / q[m])))
