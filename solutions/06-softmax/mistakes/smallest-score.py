"""The smallest score of each row is taken away, so the largest still overflows."""

import numpy as np

CAUGHT_BY = ("softmax_of_large_scores",)
HINT = (
    "You subtract the smallest score of a row: then all exponents are positive, and exp(40000) is inf. Which score "
    "of the row makes all of them 0 or negative?"
)


def softmax(z):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(z - z.min(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
