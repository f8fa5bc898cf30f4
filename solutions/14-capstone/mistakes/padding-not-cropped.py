"""dx is cut out of its frame at the corner."""

import numpy as np

CAUGHT_BY = (
    "slopes_with_padding",
    "gradients_of_random_layers",
)
HINT = "The frame lies on all four sides. Where in the padded array does x begin, and where does your cut begin?"


def conv2d_backward(
    dout: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int = 1, padding: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    channels, height, width = x.shape[1:]
    outputs, _, kh, kw = w.shape
    n, _, oh, ow = dout.shape
    rows = dout.transpose(0, 2, 3, 1).reshape(-1, outputs)
    dw = (rows.T @ im2col(x, kh, kw, stride, padding)).reshape(w.shape)
    windows = (rows @ w.reshape(outputs, -1)).reshape(n, oh, ow, channels, kh, kw).transpose(0, 3, 4, 5, 1, 2)
    padded = np.zeros((n, channels, height + 2 * padding, width + 2 * padding))
    for p in range(kh):
        for q in range(kw):
            padded[:, :, p : p + stride * oh : stride, q : q + stride * ow : stride] += windows[:, :, p, q]
    return padded[:, :, :height, :width], dw, rows.sum(axis=0)
