"""The window reaches over all channels: one answer for the whole image."""

import numpy as np

CAUGHT_BY = ("each_channel_by_itself", "largest_entries_of_random_batches", "means_of_random_batches")
HINT = "The channels are mixed. Pooling looks at one channel at a time and gives back as many channels as it was given."


def max_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    step = k if stride is None else stride
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    return np.repeat(windows[:, :, ::step, ::step].max(axis=(1, 4, 5))[:, None], x.shape[1], axis=1)


def avg_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    step = k if stride is None else stride
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    return np.repeat(windows[:, :, ::step, ::step].mean(axis=(1, 4, 5))[:, None], x.shape[1], axis=1)
