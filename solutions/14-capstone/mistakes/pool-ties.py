"""All equal maxima receive the whole gradient."""

import numpy as np

CAUGHT_BY = ("one_of_four_equal_entries", "one_of_equal_maxima")
HINT = (
    "Two entries of a window are equally large, and both receive the whole gradient. Nudge one of them "
    "upwards and the other not: how much does the maximum grow in all? Give it to one of them."
)


def max_pool2d_backward(dout: np.ndarray, x: np.ndarray, k: int) -> np.ndarray:
    n, channels, oh, ow = dout.shape
    windows = x[:, :, : oh * k, : ow * k].reshape(n, channels, oh, k, ow, k).transpose(0, 1, 2, 4, 3, 5)
    entries = windows.reshape(n, channels, oh, ow, k * k)
    dwindows = (entries == entries.max(axis=4, keepdims=True)) * dout[..., None]
    dx = np.zeros(x.shape)
    dx[:, :, : oh * k, : ow * k] = (
        dwindows.reshape(n, channels, oh, ow, k, k).transpose(0, 1, 2, 4, 3, 5).reshape(n, channels, oh * k, ow * k)
    )
    return dx
