"""0 * log2(1 / 0), which is nan."""

import numpy as np

CAUGHT_BY = ("entropy_by_hand", "entropy_matches", "what_never_happens_costs_nothing")
HINT = "An outcome of probability 0 adds 0, but 0 times inf is nan in numpy. Which outcomes should the sum run over?"


def entropy_bits(p):
    return cross_entropy_bits(p, p)


def cross_entropy_bits(p, q):
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.sum(p * np.log2(1.0 / q)))
