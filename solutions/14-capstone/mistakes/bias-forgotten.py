"""The bias is not added."""

import numpy as np

CAUGHT_BY = (
    "convolutions_of_the_lecture",
    "convolution_of_random_batches",
)
HINT = "Your answer does not depend on b. To which axis of the result does it belong?"


def conv2d_fast(x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0) -> np.ndarray:
    kh, kw = w.shape[2:]
    oh = (x.shape[2] - kh + 2 * padding) // stride + 1
    rows = im2col(x, kh, kw, stride, padding) @ w.reshape(len(w), -1).T
    return rows.reshape(len(x), oh, -1, len(w)).transpose(0, 3, 1, 2)
