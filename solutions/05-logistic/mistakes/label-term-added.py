"""+ z y where - z y belongs."""

import numpy as np

CAUGHT_BY = ("logit_loss_at_1000",)
HINT = (
    "In your loss a large z costs most where y is 1, although that answer is right. Which term speaks about the "
    "label, and with which sign?"
)


def bce_with_logits(z, y):
    with np.errstate(over="ignore"):
        return float(np.mean(np.maximum(z, 0.0) + z * y + np.log1p(np.exp(-np.abs(z)))))
