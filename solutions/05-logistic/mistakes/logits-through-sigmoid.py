"""The loss of the logits takes the detour over p, which is exactly 1 at z = 1000."""

CAUGHT_BY = ("logit_loss_at_1000", "logit_loss_far_out")
HINT = (
    "A wrong answer at z = 1000 costs you 27.6, the price of clipping: z is cut off at 1, or sigmoid(1000), which is "
    "exactly 1 in float64, is. The formula of the task never computes p."
)


def bce_with_logits(z, y):
    return bce(sigmoid(z), y)
