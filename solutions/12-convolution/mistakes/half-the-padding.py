"""One row and one column of zeros a unit of padding, in place of two: the result is too small."""

import numpy as np

CAUGHT_BY = ("padding_adds_zeros_on_all_sides", "convolution_with_padding")
HINT = "The frame of zeros goes all around the image: above and below, left and right. Where do yours lie?"


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, stride: int = 1, padding: int = 0) -> np.ndarray:
    n, _, height, width = x.shape
    kh, kw = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (0, padding), (0, padding)))
    rows, columns = (height + padding - kh) // stride + 1, (width + padding - kw) // stride + 1
    y = np.zeros((n, w.shape[0], max(rows, 0), max(columns, 0)))
    for i in range(rows):
        for j in range(columns):
            window = padded[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            y[:, :, i, j] = np.tensordot(window, w, axes=((1, 2, 3), (1, 2, 3)))
    return y if b is None else y + b[:, None, None]
