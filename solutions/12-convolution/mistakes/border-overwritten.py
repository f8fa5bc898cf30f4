"""The border of the image itself is set to zero: nothing is added around it, and x is changed."""

import numpy as np

CAUGHT_BY = ("padding_adds_zeros_on_all_sides", "convolution_with_padding", "convolution_leaves_its_arguments_alone")
HINT = (
    "Padding ADDS rows and columns of zeros around a copy of the image. Yours writes them over the image of the caller."
)


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, stride: int = 1, padding: int = 0) -> np.ndarray:
    n, _, height, width = x.shape
    kh, kw = w.shape[2:]
    if padding:
        x[:, :, :padding] = x[:, :, -padding:] = 0
        x[:, :, :, :padding] = x[:, :, :, -padding:] = 0
    rows, columns = max(0, (height - kh) // stride + 1), max(0, (width - kw) // stride + 1)
    y = np.zeros((n, w.shape[0], rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = x[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            y[:, :, i, j] = np.tensordot(window, w, axes=((1, 2, 3), (1, 2, 3)))
    return y if b is None else y + b[:, None, None]
