"""P and Q have changed places in the sum, but not in the choice of its outcomes."""

import numpy as np

CAUGHT_BY = ("cross_entropy_bits_by_hand",)
HINT = (
    "This is H(Q, P). The surprises come from what is believed, Q; how often each occurs, from what is true, P. "
    "Which of yours is which?"
)


def cross_entropy_bits(p, q):
    present = p > 0
    return float(np.sum(q[present] * np.log2(1.0 / p[present])))
