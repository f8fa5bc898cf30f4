"""log(sum(exp)) of the scores as they are."""

import numpy as np

CAUGHT_BY = ("loss_of_large_scores", "loss_far_out")
HINT = (
    "exp(1000) is inf, and so is your loss. Take each row's largest score from all its scores first, as softmax does: "
    "the formula of the loss does not notice."
)


def cross_entropy(z, y):
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]))
