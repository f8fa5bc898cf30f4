"""True convolution: the kernel is turned upside down and left to right."""

import numpy as np

CAUGHT_BY = (
    "convolution_printed_in_the_lecture[second]",
    "convolution_of_random_batches",
    "kernel_is_not_flipped",
    "convolution_with_a_stride",
    "convolution_with_padding",
    "bias_belongs_to_the_output_channel",
)
HINT = (
    "You flip the kernel, as mathematicians do. A layer of a network lays it on the image as it is (cross-correlation)."
)


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, stride: int = 1, padding: int = 0) -> np.ndarray:
    n, _, height, width = x.shape
    kh, kw = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (height + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1
    y = np.zeros((n, w.shape[0], rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = padded[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            y[:, :, i, j] = np.tensordot(window, w[:, :, ::-1, ::-1], axes=((1, 2, 3), (1, 2, 3)))
    return y if b is None else y + b[:, None, None]
