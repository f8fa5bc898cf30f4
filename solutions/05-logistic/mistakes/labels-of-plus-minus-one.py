"""log(1 + exp(-z y)), the formula for labels -1 and +1."""

import numpy as np

CAUGHT_BY = ("logit_loss_by_hand",)
HINT = (
    "log(1 + exp(-z y)) is right for labels -1 and +1. Here they are 0 and 1: what does your formula say about "
    "every example with y = 0?"
)


def bce_with_logits(z, y):
    with np.errstate(over="ignore"):
        return float(np.mean(np.log(1.0 + np.exp(-z * y))))
