"""Training without the other functions, with in-place steps on a copy and a list turned into an array."""

import numpy as np


def train(x, y, w0, lr=1e-6, steps=5000):
    w = np.array(w0)
    losses = []
    for _ in range(steps):
        error = x @ w - y
        losses.append(np.square(error).sum() / 2)
        w -= lr * np.dot(x.T, error)
    return w, np.array(losses)
