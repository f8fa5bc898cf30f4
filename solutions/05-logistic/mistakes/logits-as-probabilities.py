"""bce is handed the logits."""

CAUGHT_BY = ("logit_loss_by_hand",)
HINT = (
    "You hand the logits to bce, which takes probabilities: it clips z to the range from 0 to 1. What turns a "
    "logit into a probability, and how does the formula of the task avoid it?"
)


def bce_with_logits(z, y):
    return bce(z, y)
