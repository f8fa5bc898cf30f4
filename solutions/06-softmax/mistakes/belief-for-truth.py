"""P and Q have changed places."""

import numpy as np

CAUGHT_BY = ("cross_entropy_bits_by_hand", "cross_entropy_bits_matches")
HINT = (
    "This is H(Q, P). The surprises come from what is believed, Q; how often each occurs, from what is true, P. "
    "Which of yours is which?"
)


def cross_entropy_bits(p, q):
    present = q > 0
    with np.errstate(divide="ignore"):
        return float(np.sum(q[present] * np.log2(1.0 / p[present])))
