"""Max pooling takes the mean."""

import numpy as np

CAUGHT_BY = ("largest_entry_of_every_window", "largest_entries_of_random_batches", "largest_entry_may_be_negative")
HINT = "This is the mean of every window; max pooling keeps one entry and forgets the others."


def max_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    step = k if stride is None else stride
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    return windows[:, :, ::step, ::step].mean(axis=(4, 5))
