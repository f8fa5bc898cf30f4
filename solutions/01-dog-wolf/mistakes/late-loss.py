"""The loss is recorded after the step."""

import numpy as np

CAUGHT_BY = ("loss_after_one_step_of_all_weights", "train_follows_the_closed_form", "train_matches")
HINT = "Your losses are one step late: record the loss before the step, so that the first entry belongs to w0."


def train(x, y, w0, lr=1e-6, steps=5000):
    w, losses = w0.copy(), np.empty(steps)
    for step in range(steps):
        w = w - lr * x.T @ (x @ w - y)
        losses[step] = 0.5 * np.sum((x @ w - y) ** 2)
    return w, losses
