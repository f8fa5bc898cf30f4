"""The logarithm with base 10."""

import numpy as np

CAUGHT_BY = ("entropy_by_hand", "cross_entropy_bits_by_hand")
HINT = "A fair coin holds exactly 1 bit; yours holds .301. Bits are counted with another logarithm: which base?"


def entropy_bits(p):
    return cross_entropy_bits(p, p)


def cross_entropy_bits(p, q):
    present = p > 0
    return float(np.sum(p[present] * np.log10(1.0 / q[present])))
