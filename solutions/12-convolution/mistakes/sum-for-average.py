"""Average pooling adds up the window."""

import numpy as np

CAUGHT_BY = ("mean_of_every_window", "each_channel_by_itself")
HINT = "You add up each window. A mean does not grow with the size of the window: what is left to do?"


def avg_pool2d(x, k, stride=None):
    step = k if stride is None else stride
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    return windows[:, :, ::step, ::step].sum(axis=(4, 5))
