"""Loops over features and outputs, as one writes it on paper."""

import numpy as np


def predict(x, w):
    din, dout = w.shape
    out = np.zeros((*x.shape[:-1], dout))
    for j in range(dout):
        for i in range(din):
            out[..., j] += x[..., i] * w[i, j]
    return out


def loss(y_pred, y):
    total = 0.0
    for got, want in zip(y_pred.flat, y.flat, strict=True):
        total += 0.5 * (got - want) ** 2
    return total


def grad_w(x, y_pred, y):
    gradient = np.zeros((x.shape[-1], y.shape[-1]))
    for i in range(gradient.shape[0]):
        for j in range(gradient.shape[1]):
            gradient[i, j] = np.sum(x[..., i] * (y_pred[..., j] - y[..., j]))
    return gradient


def sgd_step(w, g, lr):
    new = w.copy()
    new -= lr * g
    return new
