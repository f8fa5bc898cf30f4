"""The stride shrinks the result, but the windows still move by one."""

import numpy as np

CAUGHT_BY = (
    "two_channels_and_a_stride",
    "convolution_with_a_stride",
    "convolution_with_padding",
    "bias_belongs_to_the_output_channel",
)
HINT = (
    "The size is right, but the windows move by 1. Where on the padded image does the window of output i begin "
    "when the stride is s?"
)


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, stride: int = 1, padding: int = 0) -> np.ndarray:
    n, _, height, width = x.shape
    kh, kw = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (height + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1
    y = np.zeros((n, w.shape[0], rows, columns))
    for i in range(rows):
        for j in range(columns):
            y[:, :, i, j] = np.tensordot(padded[:, :, i : i + kh, j : j + kw], w, axes=((1, 2, 3), (1, 2, 3)))
    return y if b is None else y + b[:, None, None]
