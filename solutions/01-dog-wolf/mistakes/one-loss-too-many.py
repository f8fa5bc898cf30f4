"""One more loss than steps."""

import numpy as np

CAUGHT_BY = ("loss_after_one_step_of_all_weights", "loss_falls_at_every_step", "train_matches")
HINT = "There is one loss for each step, recorded before it; the loss after the last step is not in the list."


def train(x, y, w0, lr=1e-6, steps=5000):
    w, losses = w0, []
    for _ in range(steps):
        losses.append(0.5 * np.sum((x @ w - y) ** 2))
        w = w - lr * x.T @ (x @ w - y)
    losses.append(0.5 * np.sum((x @ w - y) ** 2))
    return w, np.array(losses)
