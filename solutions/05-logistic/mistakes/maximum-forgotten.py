"""The formula without max(z, 0)."""

import numpy as np

CAUGHT_BY = ("logit_loss_by_hand", "logit_loss_at_1000")
HINT = (
    "A large z costs less than nothing when y is 1. The formula has three terms: which of them balances z y on the "
    "right side of 0?"
)


def bce_with_logits(z, y):
    with np.errstate(over="ignore"):
        return float(np.mean(np.log1p(np.exp(-np.abs(z))) - z * y))
