"""The formula without max(z, 0)."""

import numpy as np

CAUGHT_BY = ("logit_loss_by_hand", "logit_loss_at_1000")
HINT = (
    "On one side of 0 your loss of a wrong and confident answer is not large. The formula has three terms: which one "
    "is missing in yours, max(z, 0) or z y?"
)


def bce_with_logits(z, y):
    with np.errstate(over="ignore"):
        return float(np.mean(np.log1p(np.exp(-np.abs(z))) - z * y))
