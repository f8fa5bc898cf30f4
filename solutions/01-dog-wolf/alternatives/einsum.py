"""Every sum written as an einsum."""

import numpy as np


def predict(x, w):
    return np.einsum("...i,ij->...j", x, w)


def loss(y_pred, y):
    error = y_pred - y
    return 0.5 * np.vdot(error, error)


def grad_w(x, y_pred, y):
    error = np.reshape(y_pred - y, (-1, y.shape[-1]))
    return np.einsum("ni,nj->ij", np.reshape(x, (-1, x.shape[-1])), error)
