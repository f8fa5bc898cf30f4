"""The gradient of every example, then their sum; norms and subtraction in place of the obvious."""

import numpy as np


def predict(x, w):
    return np.tensordot(x, w, axes=1)


def loss(y_pred, y):
    return np.linalg.norm(y_pred - y) ** 2 / 2


def grad_w(x, y_pred, y):
    each = x[..., :, None] * (y_pred - y)[..., None, :]
    return each if each.ndim == 2 else each.sum(axis=0)


def sgd_step(w, g, lr):
    return np.subtract(w, np.multiply(lr, g))
