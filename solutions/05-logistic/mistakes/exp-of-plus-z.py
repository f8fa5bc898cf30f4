"""exp(|z|) where exp(-|z|) belongs."""

import numpy as np

CAUGHT_BY = ("logit_loss_by_hand",)
HINT = (
    "Your last term grows with |z|. In the formula it fades away, and never exceeds log 2: which sign has its exponent?"
)


def bce_with_logits(z, y):
    with np.errstate(over="ignore"):
        return float(np.mean(np.maximum(z, 0.0) - z * y + np.log1p(np.exp(np.abs(z)))))
