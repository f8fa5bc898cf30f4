"""log(1 + exp(z)) as it stands: inf from z = 710 on."""

import numpy as np

CAUGHT_BY = ("logit_loss_at_1000", "logit_loss_far_out")
HINT = "exp(1000) is inf. The formula of the task has exp(-|z|) in its place, and max(z, 0) for what is left."


def bce_with_logits(z, y):
    with np.errstate(over="ignore"):
        return float(np.mean(np.log(1.0 + np.exp(z)) - z * y))
