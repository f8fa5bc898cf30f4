"""The forward pass stands before the loop."""

import numpy as np

CAUGHT_BY = ("loss_after_one_step_of_all_weights", "loss_falls_at_every_step", "train_matches")
HINT = "Every step sees the outputs of the untrained weights. What has to be computed anew after w has changed?"


def train(x, y, w0, lr=1e-6, steps=5000):
    w, losses = w0, np.empty(steps)
    y_pred = x @ w
    for step in range(steps):
        losses[step] = 0.5 * np.sum((y_pred - y) ** 2)
        w = w - lr * x.T @ (y_pred - y)
    return w, losses
