"""The largest magnitude of the window."""

import numpy as np

CAUGHT_BY = ("largest_entry_of_every_window",)
HINT = "You take the largest magnitude, without its sign. What is the largest of -5 and 1?"


def max_pool2d(x, k, stride=None):
    step = k if stride is None else stride
    w = np.lib.stride_tricks.sliding_window_view(np.abs(x), (k, k), axis=(2, 3))
    return w[:, :, ::step, ::step].max(axis=(4, 5))
