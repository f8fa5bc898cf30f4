"""The rows of the product are cut into channels before the images are."""

import numpy as np

CAUGHT_BY = (
    "convolutions_of_the_lecture",
    "convolution_of_random_batches",
)
HINT = (
    "The product has one row for each (n, i, j) and one column for each kernel. Which shape must it take "
    "first, before its axes change places?"
)


def conv2d_fast(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    kh, kw = w.shape[2:]
    oh = (x.shape[2] - kh + 2 * padding) // stride + 1
    rows = im2col(x, kh, kw, stride, padding) @ w.reshape(len(w), -1).T + b
    return rows.reshape(len(x), len(w), oh, -1)
