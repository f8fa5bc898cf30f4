"""Max pooling keeps the upper left entry of each window."""

import numpy as np

CAUGHT_BY = ("largest_entry_of_every_window",)
HINT = (
    "You keep the upper left entry of each window, whatever the others are. Which one shows that a pattern was "
    "found somewhere in it?"
)


def max_pool2d(x, k, stride=None):
    step = k if stride is None else stride
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    return windows[:, :, ::step, ::step, 0, 0].copy()
