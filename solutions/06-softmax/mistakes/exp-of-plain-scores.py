"""log(sum(exp)) of the scores as they are."""

import numpy as np

CAUGHT_BY = ("loss_of_large_scores", "loss_far_out")
HINT = (
    "Your loss is inf: exp(1000) is inf, and log(0) is -inf. Take each row's largest score from all its scores first, "
    "as softmax does, and let no probability appear: what is log of a quotient?"
)


def cross_entropy(z, y):
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]))
