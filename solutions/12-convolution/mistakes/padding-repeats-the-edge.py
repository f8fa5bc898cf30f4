"""The frame repeats the border of the image."""

import numpy as np

CAUGHT_BY = ("padding_adds_zeros_on_all_sides",)
HINT = "Your frame goes on as the border of the image does, or it holds ones. What does the task put around the image?"


def conv2d(x, w, b=None, stride=1, padding=0):
    kh, kw = w.shape[2:]
    rows = conv_output_size(x.shape[2], kh, stride, padding)
    columns = conv_output_size(x.shape[3], kw, stride, padding)
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode="edge")
    y = np.zeros((x.shape[0], w.shape[0], rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = padded[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            y[:, :, i, j] = np.tensordot(window, w, axes=((1, 2, 3), (1, 2, 3)))
    return y if b is None else y + b[:, None, None]
