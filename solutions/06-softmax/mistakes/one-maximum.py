"""The largest score of the whole batch is taken from every row."""

import numpy as np

CAUGHT_BY = ("softmax_of_large_scores", "softmax_far_out")
HINT = (
    "A row that lies 2000 below another has only zeros left, and 0 / 0 is nan. You subtract one maximum from the "
    "whole batch: whose maximum would keep every row alive?"
)


def softmax(z):
    with np.errstate(invalid="ignore"):
        e = np.exp(z - z.max())
        return e / e.sum(axis=1, keepdims=True)
