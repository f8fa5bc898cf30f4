"""The running maximum starts at 0, so a window of negative entries gives 0."""

import numpy as np

CAUGHT_BY = ("largest_entry_of_every_window", "largest_entries_of_random_batches", "largest_entry_may_be_negative")
HINT = "The largest of -3 and -5 is -3. What does your maximum start from, and is that an entry of the window?"


def max_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    step = k if stride is None else stride
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))
    return np.maximum(windows[:, :, ::step, ::step].max(axis=(4, 5)), 0.0)
