"""The impossible outcomes are replaced in the caller's array."""

import numpy as np

CAUGHT_BY = ("entropy_by_hand", "entropy_matches")
HINT = "After your call the zeros in the caller's p are ones. Choose the outcomes that are possible, or copy p."


def entropy_bits(p):
    p[p == 0] = 1.0  # adds log2(1) = 0
    return float(-np.sum(p * np.log2(p)))
