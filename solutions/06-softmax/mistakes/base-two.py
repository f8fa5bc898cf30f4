"""Powers of 2 in place of powers of e."""

import numpy as np

CAUGHT_BY = ("softmax_by_hand", "softmax_of_the_lecture", "softmax_of_large_scores")
HINT = (
    "You raise 2 to the scores. The rows sum to 1, but the shares are too even: which base has the exponential of "
    "the formula?"
)


def softmax(z):
    e = np.exp2(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
