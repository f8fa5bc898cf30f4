"""The stride of a pooling layer defaults to 1, as that of a convolution."""

import numpy as np

CAUGHT_BY = (
    "largest_entry_of_every_window",
    "mean_of_every_window",
    "largest_entries_of_random_batches",
    "largest_entry_may_be_negative",
    "means_of_random_batches",
)
HINT = "Without a stride, the windows of a pooling layer lie side by side: the stride is then k."


def max_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    step = 1 if stride is None else stride
    return np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))[:, :, ::step, ::step].max(axis=(4, 5))


def avg_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    step = 1 if stride is None else stride
    return np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))[:, :, ::step, ::step].mean(axis=(4, 5))
