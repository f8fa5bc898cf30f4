"""The entries of a row stand in the order row, column, channel."""

import numpy as np

CAUGHT_BY = (
    "windows_by_hand",
    "windows_of_random_batches",
)
HINT = (
    "In each of your rows the channels alternate. The order is (c, p, q): which of the three changes "
    "fastest, and which slowest?"
)


def im2col(x: np.ndarray, kh: int, kw: int, stride: int, padding: int) -> np.ndarray:
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.transpose(0, 2, 3, 4, 5, 1).reshape(-1, x.shape[1] * kh * kw)
