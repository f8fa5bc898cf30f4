"""The training ends when the loss no longer falls."""

import numpy as np

CAUGHT_BY = ("every_step_is_taken",)
HINT = "You stop before the last step. How many steps are asked for, whatever the loss does on the way?"


def train(x, y, w0, lr=1e-6, steps=5000):
    w, losses = w0.copy(), []
    for _ in range(steps):
        y_pred = predict(x, w)
        losses.append(loss(y_pred, y))
        w = sgd_step(w, grad_w(x, y_pred, y), lr)
        if len(losses) > 1 and losses[-1] >= losses[-2]:
            break
    return w, np.array(losses)
