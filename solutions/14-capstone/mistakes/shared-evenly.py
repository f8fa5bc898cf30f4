"""Every entry of a window receives a share of the gradient."""

import numpy as np

CAUGHT_BY = (
    "gradient_goes_to_the_largest_entry",
    "slopes_of_pooling",
    "one_of_equal_maxima",
)
HINT = (
    "You hand the gradient to the whole window, as average pooling does. Which entry of a window does its "
    "maximum depend on?"
)


def max_pool2d_backward(dout: np.ndarray, x: np.ndarray, k: int) -> np.ndarray:
    n, channels, oh, ow = dout.shape
    windows = x[:, :, : oh * k, : ow * k].reshape(n, channels, oh, k, ow, k).transpose(0, 1, 2, 4, 3, 5)
    largest = windows.reshape(n, channels, oh, ow, k * k).argmax(axis=4)
    dwindows = np.ones_like(largest)[..., None] * dout[..., None] / (k * k) * np.ones(k * k)
    dx = np.zeros(x.shape)
    dx[:, :, : oh * k, : ow * k] = (
        dwindows.reshape(n, channels, oh, ow, k, k).transpose(0, 1, 2, 4, 3, 5).reshape(n, channels, oh * k, ow * k)
    )
    return dx
