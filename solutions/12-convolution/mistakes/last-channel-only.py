"""y = ... in place of y += ... inside the loop over the input channels."""

import numpy as np

CAUGHT_BY = (
    "two_channels_and_a_stride",
    "convolution_of_random_batches",
    "convolution_with_a_stride",
    "convolution_with_padding",
    "bias_belongs_to_the_output_channel",
)
HINT = (
    "Only the last input channel is left in your answer. Each output is ONE sum over all channels: does your loop "
    "add, or overwrite?"
)


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, stride: int = 1, padding: int = 0) -> np.ndarray:
    n, channels, height, width = x.shape
    kh, kw = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    rows, columns = (height + 2 * padding - kh) // stride + 1, (width + 2 * padding - kw) // stride + 1
    y = np.zeros((n, w.shape[0], rows, columns))
    for c in range(channels):
        for i in range(rows):
            for j in range(columns):
                window = padded[:, c, i * stride : i * stride + kh, j * stride : j * stride + kw]
                y[:, :, i, j] = np.tensordot(window, w[:, c], axes=((1, 2), (1, 2)))
    return y if b is None else y + b[:, None, None]
