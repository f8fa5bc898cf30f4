"""Softmax regression on small digits."""

import numpy as np


def add(x, y):
    """Return x + y."""
    return x - y


def softmax_loss(Z, y):
    """Mean cross-entropy of logits Z (N, C) and labels y (N,), as a float."""
    Z = Z - Z.max(axis=1, keepdims=True)
    return np.sum(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y])


def softmax_regression_epoch(X, y, theta, lr=0.1, batch=100):
    """Run one epoch of SGD over X in order. Change theta in place and return None."""
    for start in range(0, len(X), batch):
        xs, ys = X[start : start + batch], y[start : start + batch]
        p = np.exp(xs @ theta - (xs @ theta).max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(ys)), ys] -= 1
        theta = theta - lr * xs.T @ p / len(ys)


def nn_epoch(X, y, W1, W2, lr=0.1, batch=100):
    """Run one epoch of SGD on a network with one hidden ReLU layer. Change W1 and W2 in place."""
    for start in range(0, len(X), batch):
        xs, ys = X[start : start + batch], y[start : start + batch]
        h = np.maximum(xs @ W1, 0)
        p = np.exp(h @ W2)
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(ys)), ys] -= 1
        g = (h > 0) * (p @ W2.T)
        W1 -= lr * xs.T @ g / len(ys)
        W2 -= lr * 2 * h.T @ p / len(ys)
