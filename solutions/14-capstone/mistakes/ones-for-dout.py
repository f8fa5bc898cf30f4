"""The largest entry receives 1, whatever the gradient of its window is."""

import numpy as np

CAUGHT_BY = ("gradient_goes_to_the_largest_entry",)
HINT = (
    "Each largest entry of yours receives 1. How much does the loss change with the maximum of its window: which "
    "argument says so?"
)


def max_pool2d_backward(dout: np.ndarray, x: np.ndarray, k: int) -> np.ndarray:
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * k : i * k + k, j * k : j * k + k]
        p, q = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, i * k + p, j * k + q] = 1.0
    return dx
