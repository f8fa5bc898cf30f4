"""A sum over the entries in place of the mean."""

import numpy as np

CAUGHT_BY = ("logit_loss_by_hand", "logit_loss_at_1000")
HINT = "n times the loss: the same mean as in bce, now from the logits. What is left to do with the sum?"


def bce_with_logits(z, y):
    with np.errstate(over="ignore"):
        return float(np.sum(np.maximum(z, 0.0) - z * y + np.log1p(np.exp(-np.abs(z)))))
