"""The largest entry is passed on in place of the gradient."""

import numpy as np

CAUGHT_BY = ("gradient_goes_to_the_largest_entry",)
HINT = (
    "You put the largest entry at its place. What arrives from above for this window, and what is the slope of "
    "the maximum there?"
)


_p = max_pool2d_backward


def max_pool2d_backward(dout, x, k):
    return np.where(_p(np.ones(dout.shape), x, k) > 0, x, 0.0)
