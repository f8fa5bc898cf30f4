"""The new weights are computed and not kept."""

import numpy as np

CAUGHT_BY = ("loss_after_one_step_of_all_weights",)
HINT = (
    "Every loss is that of w0. A step returns new weights and leaves the old ones alone: where do you keep "
    "what it returns?"
)


def train(x, y, w0, lr=1e-6, steps=5000):
    w = w0.copy()
    losses = np.empty(steps)
    for i in range(steps):
        p = predict(x, w)
        losses[i] = loss(p, y)
        sgd_step(w, grad_w(x, p, y), lr)
    return w, losses
