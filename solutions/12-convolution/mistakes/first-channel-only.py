"""Only the first input channel is used."""

import numpy as np

CAUGHT_BY = ("two_channels_and_a_stride",)
HINT = "Only the first input channel is in your answer. Over what does the sum of one output run, besides the window?"


def conv2d(x, w, b=None, stride=1, padding=0):
    kh, kw = w.shape[2:]
    rows = conv_output_size(x.shape[2], kh, stride, padding)
    columns = conv_output_size(x.shape[3], kw, stride, padding)
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    y = np.zeros((x.shape[0], w.shape[0], rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = padded[:, :1, i * stride : i * stride + kh, j * stride : j * stride + kw]
            y[:, :, i, j] = np.tensordot(window, w[:, :1], axes=((1, 2, 3), (1, 2, 3)))
    return y if b is None else y + b[:, None, None]
