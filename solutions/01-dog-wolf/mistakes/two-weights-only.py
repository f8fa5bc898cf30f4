"""As on the slide, only the weights of the last feature are stepped."""

import numpy as np

CAUGHT_BY = ("loss_after_one_step_of_all_weights",)
HINT = (
    "The slide steps w41 and w42 only, to keep the arithmetic short, and reaches a loss of .3075. "
    "A step moves all weights at once; then the loss is .3066."
)


def train(x, y, w0, lr=1e-6, steps=5000):
    w, losses = w0.copy(), np.empty(steps)
    for step in range(steps):
        error = x @ w - y
        losses[step] = 0.5 * np.sum(error**2)
        w[-1] -= lr * (x.T @ error)[-1]
    return w, losses
