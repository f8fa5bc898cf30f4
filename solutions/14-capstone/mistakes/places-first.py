"""The rows stand in the order place, image."""

import numpy as np

CAUGHT_BY = ("windows_of_random_batches",)
HINT = (
    "Your rows run through all images before they go to the next place. The order is (n, i, j): which of "
    "the three changes slowest?"
)


def im2col(x: np.ndarray, kh: int, kw: int, stride: int, padding: int) -> np.ndarray:
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.transpose(2, 3, 0, 1, 4, 5).reshape(-1, x.shape[1] * kh * kw)
