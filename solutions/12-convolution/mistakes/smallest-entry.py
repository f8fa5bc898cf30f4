"""Max pooling keeps the smallest entry."""

import numpy as np

CAUGHT_BY = ("largest_entry_of_every_window",)
HINT = "You keep the smallest entry of each window. Which one shows that a pattern was found somewhere in it?"


def max_pool2d(x, k, stride=None):
    step = k if stride is None else stride
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    return windows[:, :, ::step, ::step].min(axis=(4, 5))
