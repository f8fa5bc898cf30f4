"""The sum of a window divided by k."""

import numpy as np

CAUGHT_BY = ("mean_of_every_window", "each_channel_by_itself", "means_of_random_batches")
HINT = "You divide the sum of a window by k. How many entries does a k x k window have?"


def avg_pool2d(x, k, stride=None):
    step = k if stride is None else stride
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    return windows[:, :, ::step, ::step].sum(axis=(4, 5)) / k
