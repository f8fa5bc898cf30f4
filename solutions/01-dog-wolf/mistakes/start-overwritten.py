"""Training writes into the caller's first weights."""

import numpy as np

CAUGHT_BY = ("train_leaves_the_start_alone",)
HINT = "After training, the caller's w0 had changed. `w = w0` gives the same array a second name: copy it first."


def train(x, y, w0, lr=1e-6, steps=5000):
    w, losses = w0, np.empty(steps)
    for step in range(steps):
        losses[step] = 0.5 * np.sum((x @ w - y) ** 2)
        w -= lr * x.T @ (x @ w - y)
    return w, losses
