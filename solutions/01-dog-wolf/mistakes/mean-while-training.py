"""train writes down a mean, where loss is a sum."""

import numpy as np

CAUGHT_BY = ("loss_after_one_step_of_all_weights", "loss_falls_at_every_step")
HINT = (
    "The losses of your training are means over all entries, while this loss adds them up. Do you call loss, or "
    "compute another one in train?"
)


def train(x, y, w0, lr=1e-6, steps=5000):
    w, losses = w0.copy(), np.empty(steps)
    for step in range(steps):
        y_pred = x @ w
        losses[step] = 0.5 * np.mean((y_pred - y) ** 2)
        w = w - lr * grad_w(x, y_pred, y)
    return w, losses
