"""Height and width have changed places in the result."""

import numpy as np

CAUGHT_BY = (
    "shape_of_a_layer",
    "padding_adds_zeros_on_all_sides",
    "convolution_of_random_batches",
    "convolution_with_a_stride",
    "convolution_with_padding",
)
HINT = "Rows are H and columns are W, in this order, in x and in the result. Try your function on an image of 32 x 64."


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, stride: int = 1, padding: int = 0) -> np.ndarray:
    n, _, height, width = x.shape
    kh, kw = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (height + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1
    y = np.zeros((n, w.shape[0], columns, rows))
    for i in range(rows):
        for j in range(columns):
            window = padded[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            y[:, :, j, i] = np.tensordot(window, w, axes=((1, 2, 3), (1, 2, 3)))
    return y if b is None else y + b[:, None, None]
